frappe.ui.form.on("Unprocessed Email", {
	refresh(frm) {
		frm.disable_save();
		if (frm.doc.status === "Waiting" && frm.doc.__onload?.in_words) {
			client_comms.say(frm, frappe.utils.escape_html(frm.doc.__onload.in_words), "orange");
		}
		if (frm.doc.status !== "Waiting" || !frappe.model.can_create("Client Interaction")) return;
		frm.add_custom_button(__("Take In"), () => client_comms.log_again(frm, frm.doctype, frm.docname));
	},
});
