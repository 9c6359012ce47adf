frappe.ui.form.on("Unprocessed Email", {
	refresh(frm) {
		frm.disable_save();
		if (frm.doc.incomplete) {
			frm.set_intro(
				__(
					"The mail server handed over only the headers of this email. Open the mailbox {0} to read it.",
					[frm.doc.email_account],
				),
				"orange",
			);
		}
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
			} else if (done.interaction) {
				frappe.set_route("Form", "Client Interaction", done.interaction);
			} else {
				client_comms.tell_stored();
				frm.reload_doc();
			}
		});
	},
});
