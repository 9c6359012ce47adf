frappe.query_reports["Disclosure Register"] = {
	formatter: (...cell) => client_comms.cell_html(...cell),
	filters: [
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
			fieldname: "party_type",
			label: __("Client Type"),
			// Not a link to DocType, which version 16 only lets those filter by who can read DocTypes.
			fieldtype: "Select",
			options: ["", "Customer", "Lead", "Prospect", "Supplier"].map((value) => ({
				value,
				label: __(value),
			})),
			on_change: (report) => report.set_filter_value("party", ""),
		},
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
