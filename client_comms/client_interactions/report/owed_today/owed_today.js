frappe.query_reports["Owed Today"] = {
	filters: [
		{
			fieldname: "staff",
			label: __("Staff"),
			fieldtype: "Link",
			options: "User",
			default: frappe.session.user,
			get_query: () => ({ query: "client_comms.api.queries.colleagues" }),
		},
		{
			fieldname: "until",
			label: __("Due Until"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
		},
	],

	formatter(value, row, column, data, default_formatter) {
		if (column.fieldname !== "due" || !data?.words) {
			return client_comms.cell_html(value, row, column, data, default_formatter);
		}
		const words = frappe.utils.escape_html(data.words);
		return data.late ? `<span style="color: var(--text-on-red)">${words}</span>` : words;
	},

	onload(report) {
		report.page.add_inner_button(__("Daily Email"), () =>
			frappe
				.xcall("client_comms.api.digest_subscription")
				.then((name) => frappe.set_route("Form", "Digest Subscription", name)),
		);
	},
};
