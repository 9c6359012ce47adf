// {% include "client_comms/public/js/report_rows.js" %}

frappe.query_reports["Unlogged Interactions"] = {
	filters: [
		{
			fieldname: "from_date",
			label: __("From", null, "Period"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(client_comms.fields.today(), -7),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To", null, "Period"),
			fieldtype: "Date",
			default: client_comms.fields.today(),
		},
		client_comms.fields.colleague("staff", __("Staff")),
	],

	get_datatable_options: (options) => ({ ...options, checkboxColumn: true }),
	after_datatable_render: (datatable) => client_comms.report_rows.untick(datatable),

	formatter(value, row, column, data, default_formatter) {
		if (column.fieldname !== "log") {
			return client_comms.cell_html(value, row, column, data, default_formatter);
		}
		if (!data || !frappe.model.can_create("Client Interaction")) return "";
		const doctype = frappe.utils.escape_html(data.reference_doctype);
		const name = frappe.utils.escape_html(data.reference_name);
		return `<button class="btn btn-xs btn-default client-comms-log"
				data-doctype="${doctype}" data-name="${name}">${__("Log", null, "Client Interaction")}</button>`;
	},

	onload(report) {
		const click = "click.client_comms_log"; // of the page of all reports, on which this one may have been before
		report.page.wrapper.off(click).on(click, ".client-comms-log", async ({ currentTarget }) => {
			const { doctype, name } = currentTarget.dataset;
			$(currentTarget).prop("disabled", true);
			try {
				await log_unlogged(report, [{ doctype, name }]);
			} finally {
				$(currentTarget).prop("disabled", false);
			}
		});
		if (frappe.model.can_create("Client Interaction")) {
			report.page.add_inner_button(__("Log Selected"), () => {
				const documents = selected_documents(report);
				return documents.length && log_unlogged(report, documents);
			});
		}
		if (frappe.model.can_read("Logging Exemption")) {
			report.page.add_menu_item(__("Set Aside"), () => frappe.set_route("List", "Logging Exemption"));
		}
		if (frappe.model.can_create("Logging Exemption")) {
			report.page.add_inner_button(__("Not a Client Matter"), () => {
				const documents = selected_documents(report);
				if (documents.length) dismiss_unlogged(report, documents);
			});
		}
	},
};

function selected_documents(report) {
	return client_comms.report_rows.selected(report).map(({ reference_doctype, reference_name }) => ({
		doctype: reference_doctype,
		name: reference_name,
	}));
}

async function log_unlogged(report, documents) {
	const done = await frappe.xcall("client_comms.api.log_unlogged", { documents });
	const logged = done.filter(({ interaction }) => interaction);
	if (logged.length === 1) {
		const link = frappe.utils.get_form_link("Client Interaction", logged[0].interaction, true);
		frappe.show_alert({ message: __("Logged as {0}", [link]), indicator: "green" });
	} else if (logged.length) {
		frappe.show_alert({ message: __("{0} interactions logged", [logged.length]), indicator: "green" });
	}
	if (done.some(({ interaction, error }) => !interaction && !error)) client_comms.tell_stored();
	client_comms.report_rows.show_refusals(done);
	await report.refresh();
}

function dismiss_unlogged(report, documents) {
	client_comms.prompt(
		client_comms.fields.reason(),
		async ({ reason }) => {
			client_comms.report_rows.show_refusals(
				await frappe.xcall("client_comms.api.dismiss_unlogged", { documents, reason }),
			);
			report.refresh();
		},
		__("Not a Client Matter"),
		__("Confirm"),
	);
}
