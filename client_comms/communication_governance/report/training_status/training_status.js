frappe.query_reports["Training Status"] = {
	filters: [
		// Not a link: Frappe lists and checks roles only for System Managers, but team leads filter by them as well.
		{ fieldname: "role", label: __("Role"), fieldtype: "Select", options: [""] },
		client_comms.fields.colleague("user", __("User"), { ignore_link_validation: 1 }),
		{ fieldname: "training", label: __("Training"), fieldtype: "Link", options: "SOP Training" },
		{
			fieldname: "state",
			label: __("Status"),
			fieldtype: "Select",
			options: ["", "Lapsed", "Overdue", "Assigned", "Due", "Current"],
		},
	],
	async onload(report) {
		const roles = await frappe.xcall("client_comms.api.training_roles", {}, "GET");
		const field = report.get_filter("role");
		field.df.options = ["", ...roles.map((role) => ({ value: role, label: __(role) }))];
		field.set_options();
	},
	formatter(value, row, column, data, default_formatter) {
		// Beside the name: as a link it would be the name again.
		if (column.fieldname === "user") return frappe.utils.escape_html(value || "");
		if (column.fieldname !== "state" || !value) {
			return client_comms.cell_html(value, row, column, data, default_formatter);
		}
		const colours = {
			Lapsed: "red",
			Overdue: "orange",
			Assigned: "yellow",
			Due: "blue",
			Current: "green",
		};
		return `<span class="indicator-pill ${colours[value] || "gray"}">${frappe.utils.escape_html(__(value))}</span>`;
	},
};
