client_comms.leave_empty("Terminology Rule", "language");

frappe.ui.form.on("Terminology Rule", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(__("Show Findings"), () =>
			frappe.set_route("query-report", "Wording Findings", {
				kind: "Term",
				term: frm.doc.avoid,
				group_by: "User",
			}),
		);
	},
});
