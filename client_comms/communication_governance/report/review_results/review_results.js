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
		{
			fieldname: "from_date",
			label: __("From", null, "Period"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -12),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To", null, "Period"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{
			fieldname: "reviewed_user",
			label: __("Staff"),
			fieldtype: "Link",
			options: "User",
			ignore_link_validation: 1,
			get_query: () => ({ query: "client_comms.api.queries.colleagues" }),
		},
		{
			fieldname: "communication_type",
			label: __("Communication Type"),
			fieldtype: "Link",
			options: "Communication Type",
		},
		{ fieldname: "programme", label: __("Programme"), fieldtype: "Link", options: "Review Programme" },
	],
};
