frappe.ui.form.on("Ledger Witness", {
	refresh(frm) {
		if (!frm.is_new() && frm.doc.enabled) {
			frm.add_custom_button(__("Deliver Now"), () => frm.call("deliver").then(() => frm.reload_doc()));
		}
	},
});
