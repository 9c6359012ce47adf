// {% include "client_comms/public/js/report_rows.js" %}

frappe.query_reports["Preferences to Ask For"] = {
	filters: [
		...client_comms.fields.period({ months: 3 }),
		client_comms.fields.client_type(),
		client_comms.fields.colleague("responsible_staff", __("Responsible Staff")),
	],

	get_datatable_options: (options) => ({ ...options, checkboxColumn: true }),
	after_datatable_render: (datatable) => client_comms.report_rows.untick(datatable),

	formatter(value, row, column, data, default_formatter) {
		if (column.fieldname !== "ask") {
			return client_comms.cell_html(value, row, column, data, default_formatter);
		}
		if (!data || !frappe.model.can_create("Communication Preference")) return "";
		const type = frappe.utils.escape_html(data.party_type);
		const name = frappe.utils.escape_html(data.party);
		return `<button class="btn btn-xs btn-default client-comms-enter"
				data-type="${type}" data-name="${name}">${__("Enter Preference")}</button>`;
	},

	onload(report) {
		const click = "click.client_comms_enter"; // of the page of all reports, on which this one may have been before
		report.page.wrapper.off(click).on(click, ".client-comms-enter", ({ currentTarget }) => {
			const { type, name } = currentTarget.dataset;
			frappe.new_doc("Communication Preference", { party_type: type, party: name });
		});
		if (!frappe.model.can_create("Client Consent")) return;
		report.page.add_inner_button(__("Send Link to Selected"), () => {
			const clients = client_comms.report_rows
				.selected(report)
				.map(({ party_type, party }) => ({ party_type, party }));
			if (!clients.length) return;
			frappe.confirm(
				__("Send an email with a link to their preferences, consents and details? Clients: {0}", [
					clients.length,
				]),
				() => ask_clients(report, clients),
			);
		});
	},
};

async function ask_clients(report, clients) {
	const done = await client_comms.report_rows.one_by_one(
		"client_comms.api.invite_clients",
		"clients",
		clients,
	);
	const sent = done.filter(({ error }) => !error).length;
	if (sent) {
		frappe.show_alert({ message: __("Links on their way: {0}", [sent]), indicator: "green" });
	}
	client_comms.report_rows.show_refusals(done);
	await report.refresh();
}
