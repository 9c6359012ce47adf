frappe.provide("client_comms");

// On a Client Interaction: the policies in force for its type, one click away (T-3).
frappe.ui.form.on("Client Interaction", {
	async refresh(frm) {
		if (frm.is_new() || !frm.doc.communication_type || !frappe.model.can_read("SOP Policy")) return;
		const asked = frm.docname;
		const policies = await frappe.xcall("client_comms.api.policies_in_force", {
			communication_type: frm.doc.communication_type,
		});
		if (frm.docname !== asked) return;
		for (const { name, title, version } of policies) {
			frm.add_custom_button(
				`${frappe.utils.escape_html(title)} (${frappe.utils.escape_html(version)})`,
				() => window.open(frappe.utils.get_form_link("SOP Policy", name), "_blank"),
				__("Policy"),
			);
		}
	},
});
