frappe.ui.form.on("Compliance Ledger Entry", {
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
