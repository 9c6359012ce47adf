client_comms.leave_empty("Communication Preference", "language");

frappe.ui.form.on("Communication Preference", {
	setup(frm) {
		client_comms.fields.query_client(frm, true);
	},

	onload(frm) {
		// Unknown until the client states it: Frappe fills in the language of the user.
		if (frm.is_new()) frm.doc.language = null;
		frm.client_type = frm.doc.party_type;
	},

	// Frappe calls it for what a new form came with, too.
	party_type(frm) {
		if (frm.doc.party_type === frm.client_type) return;
		frm.client_type = frm.doc.party_type;
		frm.set_value("party", null);
	},
});
