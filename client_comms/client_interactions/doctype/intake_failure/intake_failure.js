frappe.ui.form.on("Intake Failure", {
	refresh(frm) {
		frm.disable_save();
		if (!frappe.model.can_create("Client Interaction")) return;
		frm.add_custom_button(__("Log", null, "Client Interaction"), () =>
			client_comms.log_again(frm, frm.doc.reference_doctype, frm.doc.reference_name),
		);
	},
});
