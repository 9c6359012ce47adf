frappe.query_reports["Disclosure Register"] = {
	formatter: (...cell) => client_comms.cell_html(...cell),
	filters: [
		...client_comms.fields.period({ months: 12 }),
		client_comms.fields.client_type({ on_change: (report) => report.set_filter_value("party", "") }),
		{
			fieldname: "party",
			label: __("Client"),
			fieldtype: "Dynamic Link",
			options: "party_type",
			depends_on: "eval:doc.party_type",
		},
		{ fieldname: "recipient", label: __("Recipient"), fieldtype: "Data" },
		{ fieldname: "third_party", label: __("Third Party"), fieldtype: "Link", options: "Third Party" },
		{
			fieldname: "recipient_kind",
			label: __("Recipient Type"),
			fieldtype: "Select",
			options: ["", "Client", "Third Party"],
		},
		{
			fieldname: "outcome",
			label: __("Outcome"),
			fieldtype: "Select",
			options: ["", "Sent", "Held Back", "Not Sent"],
		},
	],
};
