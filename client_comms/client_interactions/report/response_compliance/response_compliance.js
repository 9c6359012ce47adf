// {% include "client_comms/public/js/interaction_report.js" %}

frappe.query_reports["Response Compliance"] = {
	filters: [
		client_comms.report.group_by([...client_comms.report.GROUPINGS, "Week"]),
		...client_comms.report.period(),
		...client_comms.report.filters(),
	],
	onload: client_comms.report.onload,
	formatter: client_comms.report.formatter,
};
