frappe.query_reports["Data Map"] = {
	formatter: (...cell) => client_comms.cell_html(...cell),
	filters: [
		// Not a link: in version 16, those can only choose what users can read, and officers cannot read DocTypes.
		{ fieldname: "document_type", label: __("Document Type"), fieldtype: "Data" },
		{ fieldname: "to_decide", label: __("Only What Is to Be Decided"), fieldtype: "Check" },
	],

	/** Frappe exports the rows as Excel or CSV; the record as a whole is JSON. */
	onload(report) {
		report.page.add_inner_button(__("Export JSON"), async () => {
			const record = await frappe.xcall(
				"client_comms.api.subject_requests.processing_record",
				{},
				"GET",
			);
			const file = new Blob([JSON.stringify(record, null, 1)], { type: "application/json" });
			const link = document.createElement("a");
			link.href = URL.createObjectURL(file);
			link.download = "processing-record.json";
			link.click();
			URL.revokeObjectURL(link.href);
		});
	},
};
