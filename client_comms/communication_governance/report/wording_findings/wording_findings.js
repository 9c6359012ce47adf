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

	formatter(value, row, column, data, default_formatter) {
		const kinds = frappe.query_report.get_filter_value("group_by") === "Kind";
		const shown = column.fieldname === "what" && kinds ? __(value) : value;
		return client_comms.cell_html(shown, row, column, data, default_formatter);
	},
};
