frappe.listview_settings["Identity Verification"] = {
	hide_name_column: true,
	// A column of its own would be as high as a whole list: Frappe names it after the field, and its list is `.result`.
	add_fields: ["result"],
	get_indicator(doc) {
		const colors = { Confirmed: "green", Failed: "red", Pending: "orange", Unlocked: "blue" };
		return [__(doc.result), colors[doc.result], `result,=,${doc.result}`];
	},
};
