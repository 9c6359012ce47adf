frappe.ui.form.on("Communication Type", {
	async refresh(frm) {
		frm.set_intro("");
		if (frm.is_new()) return;
		const type = frm.docname;
		const unknown_to = await frappe.xcall("client_comms.api.matrix.versions_without_rule", { type });
		if (!unknown_to.length || type !== frm.docname) return;
		const links = unknown_to.map((name) =>
			frappe.utils.get_form_link("Communication Matrix", name, true),
		);
		client_comms.say(
			frm,
			__(
				"This type cannot be used where {0} is in force, because it has no rule for the type. Open it and use New Version to add one.",
				[links.join(", ")],
			),
			"orange",
		);
	},
});
