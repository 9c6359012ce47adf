frappe.listview_settings["Erasure Run"] = {
	onload(list) {
		if (!frappe.user.has_role("Compliance Officer") && frappe.session.user !== "Administrator") return;
		// Not the primary action, which a list takes away where users cannot create.
		list.page.add_inner_button(__("Plan Retention"), async () => {
			const run = await frappe.xcall("client_comms.api.retention.plan_retention");
			frappe.set_route("Form", "Erasure Run", run);
		});
	},
};
