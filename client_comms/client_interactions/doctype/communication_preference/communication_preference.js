client_comms.leave_empty("Communication Preference", "language");

frappe.ui.form.on("Communication Preference", {
	setup(frm) {
		frm.set_query("party_type", () => ({
			filters: { name: ["in", ["Customer", "Lead", "Prospect", "Supplier"]] },
		}));
		frm.set_query("contact", ({ party_type, party }) =>
			party
				? {
						query: "frappe.contacts.doctype.contact.contact.contact_query",
						filters: { link_doctype: party_type, link_name: party },
					}
				: {},
		);
	},

	onload(frm) {
		// Unknown until the client states it: Frappe fills in the language of the user.
		if (frm.is_new()) frm.doc.language = null;
	},

	party_type: (frm) => frm.set_value("party", null),
});
