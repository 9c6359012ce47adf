frappe.query_reports["Training Status"] = {
	filters: [
		// Frappe lists and checks roles and users only for System Managers, but team leads filter by them as well.
		{
			fieldname: "role",
			label: __("Role"),
			fieldtype: "Link",
			options: "Role",
			ignore_link_validation: 1,
			get_query: () => ({ query: "client_comms.api.queries.roles_of_trainings" }),
		},
		{
			fieldname: "user",
			label: __("User"),
			fieldtype: "Link",
			options: "User",
			ignore_link_validation: 1,
			get_query: () => ({ query: "client_comms.api.queries.colleagues" }),
		},
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
