frappe.query_reports["Contacts to Confirm"] = {
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
