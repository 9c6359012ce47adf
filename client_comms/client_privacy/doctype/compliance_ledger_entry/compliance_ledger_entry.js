frappe.ui.form.on("Compliance Ledger Entry", {
	setup(frm) {
		frm.get_docfield("reference_doctype").formatter = (name) => frappe.utils.escape_html(__(name || ""));
	},

	refresh(frm) {
		frm.disable_form();
		const { reference_doctype, reference_name } = frm.doc;
		if (reference_doctype && reference_name) {
			frm.add_custom_button(__("Open Document"), () =>
				frappe.set_route("Form", reference_doctype, reference_name),
			);
		}
	},
});
