frappe.listview_settings["Data Package Item"] = {
	hide_name_column: true,
	onload(list) {
		list.page.add_actions_menu_item(__("Leave Out"), () => {
			const items = list.get_checked_items();
			const packages = new Set(items.map((each) => each.package));
			if (packages.size !== 1) {
				frappe.msgprint(__("Choose records of one copy."));
				return;
			}
			client_comms.prompt(
				[
					{
						fieldname: "reason",
						fieldtype: "Small Text",
						label: __("Reason Told to the Client"),
						reqd: 1,
					},
				],
				async ({ reason }) => {
					await frappe.xcall("client_comms.api.data_packages.leave_out_of_copy", {
						name: items[0].package,
						items: items.map((each) => each.name),
						reason,
					});
					list.refresh();
				},
				__("Leave Out of the Copy"),
				__("Leave Out"),
			);
		});
	},
};
