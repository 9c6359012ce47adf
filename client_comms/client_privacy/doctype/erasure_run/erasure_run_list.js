frappe.listview_settings["Erasure Run"] = {
	onload(list) {
		if (!frappe.user.has_role("Compliance Officer") && frappe.session.user !== "Administrator") return;
		list.page.set_primary_action(__("Plan Retention"), async () => {
			const run = await frappe.xcall("client_comms.api.retention.plan_retention");
			frappe.set_route("Form", "Erasure Run", run);
		});
	},
};
