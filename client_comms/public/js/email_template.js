// From a text to what approves it for clients.
frappe.ui.form.on("Email Template", {
	async refresh(frm) {
		const doctype = "Communication Template";
		if (frm.is_new() || !frappe.model.can_read(doctype)) return;
		const { docname } = frm;
		const filters = { email_template: docname };
		const found = await frappe.db.get_list(doctype, { filters, limit: 2 });
		if (frm.docname !== docname || frm.is_new()) return;
		// Frappe keeps the buttons of a label apart, so a second refresh adds none.
		if (found.length === 1) {
			frm.add_custom_button(__(doctype), () => frappe.set_route("Form", doctype, found[0].name));
		} else if (found.length) {
			frm.add_custom_button(__(doctype), () => frappe.set_route("List", doctype, filters));
		} else if (frappe.model.can_create(doctype)) {
			frm.add_custom_button(__("Have It Approved for Clients"), () =>
				frappe.new_doc(doctype, { ...filters, template_name: docname }),
			);
		}
	},
});
