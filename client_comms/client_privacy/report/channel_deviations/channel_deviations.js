frappe.query_reports["Channel Deviations"] = {
	formatter: (...cell) => client_comms.cell_html(...cell),
	filters: [
		...client_comms.fields.period({ months: 3 }),
		client_comms.fields.colleague("staff", __("Staff")),
	],
};
