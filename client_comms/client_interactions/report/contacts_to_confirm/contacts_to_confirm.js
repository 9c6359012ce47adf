frappe.query_reports["Contacts to Confirm"] = {
	formatter: (...cell) => client_comms.cell_html(...cell),
	filters: [client_comms.fields.client_type()],
};
