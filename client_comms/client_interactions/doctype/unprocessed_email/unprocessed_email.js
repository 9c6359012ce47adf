frappe.ui.form.on("Unprocessed Email", {
	refresh(frm) {
		frm.disable_save();
		if (frm.doc.status === "Waiting" && frm.doc.__onload?.in_words) {
			frm.set_intro(frappe.utils.escape_html(frm.doc.__onload.in_words), "orange");
		}
		if (frm.doc.status !== "Waiting" || !frappe.model.can_create("Client Interaction")) return;
		frm.add_custom_button(__("Take In"), async () => {
			const { doctype, name } = frm.doc;
			const [done] = await frappe.xcall("client_comms.api.log_unlogged", {
				documents: [{ doctype, name }],
			});
			if (done.error) {
				frappe.msgprint({
					message: client_comms.harmless_html(done.error).html,
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
