client_comms.leave_empty("Communication Preference", "language");

frappe.ui.form.on("Communication Preference", {
	setup(frm) {
		client_comms.fields.query_client(frm, true);
	},

	onload(frm) {
		// Unknown until the client states it: Frappe fills in the language of the user.
		if (frm.is_new()) frm.doc.language = null;
	},

	party_type: (frm) => frm.set_value("party", null),
});
