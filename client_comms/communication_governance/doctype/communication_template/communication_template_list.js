frappe.listview_settings["Communication Template"] = {
	add_fields: ["status", "valid_until"],
	hide_name_column: true,

	onload(listview) {
		listview.page.add_inner_button(__("Approve Texts"), () => frappe.set_route("approve-templates"));
	},

	get_indicator({ status, valid_until }) {
		const today = frappe.datetime.get_today();
		if (status === "Approved" && valid_until && valid_until < today) status = "Expired";
		const color = {
			Draft: "gray",
			"Sent Back": "orange",
			Approved: "green",
			Expired: "orange",
			Withdrawn: "red",
		}[status];
		return [__(status), color, `status,=,${status}`];
	},
};
