frappe.query_reports["Late Logs"] = {
	filters: [
		...client_comms.fields.period({ days: 30 }),
		client_comms.fields.colleague("staff", __("Staff")),
	],

	formatter(value, row, column, data, default_formatter) {
		const text = client_comms.cell_html(value, row, column, data, default_formatter);
		if (column.fieldname !== "late" || !data?.late) return text;
		const staff = frappe.utils.escape_html(data.staff);
		return `<button class="btn btn-link btn-xs p-0 client-comms-late" data-staff="${staff}">${text}</button>`;
	},

	onload(report) {
		const click = "click.client_comms_late"; // of the page of all reports, on which this one may have been before
		report.page.wrapper.off(click).on(click, ".client-comms-late", ({ currentTarget }) => {
			const { from_date, to_date } = report.get_values();
			frappe.set_route("List", "Client Interaction", "List", {
				logged_late: 1,
				owner: currentTarget.dataset.staff,
				occurred_on: ["between", [from_date, to_date]],
			});
		});
	},
};
