frappe.ui.form.on("Ledger Witness", {
	refresh(frm) {
		if (!frm.is_new() && frm.doc.enabled) {
			frm.add_custom_button(__("Deliver Now"), async () => {
				await client_comms.save(frm);
				await frm.call("deliver");
				frm.reload_doc();
			});
		}
	},
});
