frappe.provide("client_comms");

// Issue, Lead and Opportunity: their confidentiality level is changed by an action with a reason, never edited directly.
if (!client_comms.change_level) {
	client_comms.change_level = (frm) => {
		const dialog = client_comms.dialog({
			title: __("Change Level"),
			fields: [
				{
					fieldname: "level",
					fieldtype: "Link",
					options: "Confidentiality Level",
					label: __("Confidentiality Level"),
					default: frm.doc.confidentiality_level,
					reqd: 1,
					description: __(
						"Conversations about a document that is raised are raised with it, but not lowered with it.",
					),
				},
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Reason"),
					description: __("Needed to make it less confidential."),
				},
			],
			primary_action_label: __("Change Level"),
			async primary_action({ level, reason }) {
				await client_comms.save(frm);
				const { doctype, docname: name } = frm;
				const about = { doctype, name, level, reason };
				const readable = await frappe.xcall("client_comms.api.change_level", about);
				return readable ? frm.reload_doc() : client_comms.leave_hidden(frm, level);
			},
		});
		dialog.show();
	};

	const refresh = async (frm) => {
		if (frm.is_new() || !frm.perm[0]?.write) return;
		const governed = await frappe.xcall("client_comms.api.is_governed", { doctype: frm.doctype });
		if (!governed) return;
		const group = frm.doctype === "Lead" ? __("Action") : __("Actions"); // what ERPNext has there
		frm.add_custom_button(__("Change Level"), () => client_comms.change_level(frm), group);
	};
	for (const doctype of ["Issue", "Lead", "Opportunity"]) {
		frappe.ui.form.on(doctype, { refresh });
	}
}
