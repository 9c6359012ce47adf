frappe.listview_settings["Terminology Rule"] = {
	add_fields: ["disabled"],
	get_indicator: (rule) =>
		rule.disabled ? [__("Disabled"), "gray", "disabled,=,1"] : [__("In Use"), "green", "disabled,=,0"],
};
