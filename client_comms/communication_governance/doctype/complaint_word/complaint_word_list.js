frappe.listview_settings["Complaint Word"] = {
	add_fields: ["disabled"],
	get_indicator: (word) =>
		word.disabled ? [__("Disabled"), "gray", "disabled,=,1"] : [__("In Use"), "green", "disabled,=,0"],
};
