frappe.provide("client_comms");

// The policies in force are one click away where clients' matters are handled; on a Client Interaction, those for its type (T-3).
// One file serves several forms; Frappe runs it for each of them, so it registers itself once.
if (!client_comms.offers_policies) {
	client_comms.offers_policies = true;

	const offer_policies = async (frm) => {
		if (frm.is_new() || !frappe.model.can_read("SOP Policy")) return;
		const asked = frm.docname;
		const policies = await frappe.xcall("client_comms.api.policies_in_force", {
			communication_type: frm.doctype === "Client Interaction" ? frm.doc.communication_type : null,
		});
		if (frm.docname !== asked) return;
		for (const { name, title, version } of policies) {
			frm.add_custom_button(
				`${frappe.utils.escape_html(title)} (${frappe.utils.escape_html(version)})`,
				() => window.open(frappe.utils.get_form_link("SOP Policy", name), "_blank"),
				__("Policy"),
			);
		}
	};
	for (const doctype of ["Client Interaction", "Lead", "Opportunity", "Issue"]) {
		frappe.ui.form.on(doctype, { refresh: offer_policies });
	}
}
