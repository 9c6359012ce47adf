frappe.query_reports["Wording Findings"] = {
	filters: [
		...client_comms.fields.period({ days: 90 }),
		{
			fieldname: "group_by",
			label: __("Group By"),
			fieldtype: "Select",
			options: ["Term", "Kind", "User", "Month"].map((value) => ({ value, label: __(value) })),
			default: "Term",
			reqd: 1,
		},
		{
			fieldname: "kind",
			label: __("Kind"),
			fieldtype: "Select",
			options: [
				"",
				"Term",
				"Long Sentence",
				"Hard to Read",
				"Salutation Missing",
				"Closing Missing",
			].map((value) => ({ value, label: __(value) })),
		},
		{ fieldname: "term", label: __("Term"), fieldtype: "Data" },
		{ fieldname: "user", label: __("User"), fieldtype: "Link", options: "User" },
	],

	formatter: (...cell) => client_comms.cell_html(...cell),
};
