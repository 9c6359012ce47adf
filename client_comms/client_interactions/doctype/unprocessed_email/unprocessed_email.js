frappe.ui.form.on("Unprocessed Email", {
	refresh(frm) {
		frm.disable_save();
		if (frm.doc.status !== "Waiting" || !frappe.model.can_create("Client Interaction")) return;
		frm.add_custom_button(__("Take In"), async () => {
			const { doctype, name } = frm.doc;
			const [done] = await frappe.xcall("client_comms.api.log_unlogged", {
				documents: [{ doctype, name }],
			});
			if (done.error) {
				frappe.msgprint({
					message: done.error,
					indicator: "orange",
					title: __("Could Not Be Logged"),
				});
			} else {
				frappe.set_route("Form", "Client Interaction", done.interaction);
			}
		});
	},
});
