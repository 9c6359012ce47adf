frappe.query_reports["Training Status"] = {
	filters: [
		{ fieldname: "role", label: __("Role"), fieldtype: "Link", options: "Role" },
		{ fieldname: "user", label: __("User"), fieldtype: "Link", options: "User" },
		{ fieldname: "training", label: __("Training"), fieldtype: "Link", options: "SOP Training" },
		{
			fieldname: "state",
			label: __("Status"),
			fieldtype: "Select",
			options: ["", "Lapsed", "Overdue", "Assigned", "Due", "Current"],
		},
	],
	formatter(value, row, column, data, default_formatter) {
		if (column.fieldname !== "state" || !value) return default_formatter(value, row, column, data);
		const colours = {
			Lapsed: "red",
			Overdue: "orange",
			Assigned: "yellow",
			Due: "blue",
			Current: "green",
		};
		return `<span class="indicator-pill ${colours[value] || "gray"}">${__(value)}</span>`;
	},
};
