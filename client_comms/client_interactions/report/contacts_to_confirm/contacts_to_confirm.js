frappe.query_reports["Contacts to Confirm"] = {
	formatter: (...cell) => client_comms.cell_html(...cell),
	filters: [
		{
			fieldname: "party_type",
			label: __("Client Type"),
			fieldtype: "Select",
			options: ["", "Customer", "Lead", "Prospect", "Supplier"].map((value) => ({
				value,
				label: __(value),
			})),
		},
	],
};
