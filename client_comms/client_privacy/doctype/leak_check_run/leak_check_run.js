frappe.ui.form.on("Leak Check Run", {
	refresh(frm) {
		frm.disable_form();
		if (!frm.is_new()) {
			frm.add_custom_button(__("Show Result"), () => frappe.set_route("leak-check", frm.docname));
		}
	},
});
