// Programmes draw; nothing is entered here.
frappe.listview_settings["Review Draw"] = {
	onload(list) {
		list.page.add_inner_button(__("Review Programme"), () =>
			frappe.set_route("List", "Review Programme"),
		);
	},
};
