frappe.ui.form.on("Legal Hold", {
	setup(frm) {
		client_comms.fields.query_client(frm);
		frm.set_query("reference_doctype", () => ({ filters: { istable: 0, issingle: 0 } }));
	},

	refresh(frm) {
		if (!frm.is_new() && frm.doc.status !== "Active") frm.disable_form(); // a new one is placed instead
		if (frm.is_new() || frm.doc.status !== "Active" || !frm.perm[0]?.write) return;
		frm.add_custom_button(__("Release", null, "Legal Hold"), () =>
			client_comms.prompt(
				[client_comms.fields.reason()],
				async ({ reason }) => {
					await client_comms.save(frm);
					await frappe.xcall("client_comms.api.retention.release_hold", {
						name: frm.docname,
						reason,
					});
					frm.reload_doc();
				},
				__("Release the Hold"),
				__("Release", null, "Legal Hold"),
			),
		);
	},
});
