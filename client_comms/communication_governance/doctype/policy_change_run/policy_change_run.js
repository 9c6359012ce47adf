frappe.ui.form.on("Policy Change Run", {
	refresh(frm) {
		frm.disable_form();
		if (!frm.is_new()) {
			frm.add_custom_button(__("Show Result"), () => frappe.set_route("simulate-change", frm.docname));
		}
	},
});
