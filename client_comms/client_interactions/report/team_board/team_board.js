// {% include "client_comms/public/js/interaction_report.js" %}

frappe.query_reports["Team Board"] = {
	filters: client_comms.report.filters(),
	tree: true,
	initial_depth: 1,
	onload: client_comms.report.onload,

	formatter(value, row, column, data, default_formatter) {
		if (column.fieldname === "group" && data?.name) {
			const link = frappe.utils.get_form_link("Client Interaction", data.name);
			return default_formatter(
				`<a href="${link}">${frappe.utils.escape_html(value)}</a>`,
				row,
				column,
				data,
			);
		}
		const shown = client_comms.report.formatter(value, row, column, data, default_formatter);
		return column.fieldname === "overdue_by" && value
			? `<span class="text-danger">${shown}</span>`
			: shown;
	},
};
