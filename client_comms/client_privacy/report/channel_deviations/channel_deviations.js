frappe.query_reports["Channel Deviations"] = {
	formatter: (...cell) => client_comms.cell_html(...cell),
	filters: [
		{
			fieldname: "from_date",
			label: __("From", null, "Period"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
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
			fieldname: "staff",
			label: __("Staff"),
			fieldtype: "Link",
			options: "User",
			get_query: () => ({ query: "client_comms.api.queries.colleagues" }),
		},
	],
};
