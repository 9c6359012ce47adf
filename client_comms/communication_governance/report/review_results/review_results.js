frappe.query_reports["Review Results"] = {
	formatter: (...cell) => client_comms.cell_html(...cell),
	filters: [
		{
			fieldname: "group_by",
			label: __("Group By"),
			fieldtype: "Select",
			options: ["Staff", "Communication Type", "Criterion", "Month", "Agreement"],
			default: "Staff",
		},
		...client_comms.fields.period({ months: 12 }),
		client_comms.fields.colleague("reviewed_user", __("Staff"), { ignore_link_validation: 1 }),
		{
			fieldname: "communication_type",
			label: __("Communication Type"),
			fieldtype: "Link",
			options: "Communication Type",
		},
		{ fieldname: "programme", label: __("Programme"), fieldtype: "Link", options: "Review Programme" },
	],
};
