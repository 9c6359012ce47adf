// {% include "client_comms/public/js/interaction_report.js" %}

frappe.query_reports["Interaction Ageing"] = {
	filters: [
		client_comms.report.group_by(client_comms.report.GROUPINGS),
		{
			fieldname: "days",
			label: __("Age Ranges (Working Days)"),
			fieldtype: "Data",
			default: "1, 5",
			reqd: 1,
		},
		...client_comms.report.filters(),
	],
	onload: client_comms.report.onload,
	after_datatable_render: client_comms.report.legend,
	formatter: client_comms.report.formatter,
};
