frappe.ui.form.on("Intake Failure", {
	refresh(frm) {
		frm.disable_save();
		if (!frappe.model.can_create("Client Interaction")) return;
		frm.add_custom_button(__("Log", null, "Client Interaction"), async () => {
			const { reference_doctype: doctype, reference_name: name } = frm.doc;
			const [done] = await frappe.xcall("client_comms.api.log_unlogged", {
				documents: [{ doctype, name }],
			});
			if (done.error) {
				frappe.msgprint({
					message: client_comms.harmless_html(done.error).html,
					indicator: "orange",
					title: __("Could Not Be Logged"),
				});
			} else {
				frappe.set_route("Form", "Client Interaction", done.interaction);
			}
		});
	},
});
