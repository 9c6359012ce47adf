frappe.query_reports["Owed Today"] = {
	filters: [
		client_comms.fields.colleague("staff", __("Staff"), { default: frappe.session.user }),
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
