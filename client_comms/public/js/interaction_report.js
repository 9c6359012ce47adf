// Common code of the reports on interactions: their filters, and the list behind a number. Frappe puts it in place of their
// first line, a comment so that the file is JavaScript before that as well; the first line here ends up in that comment.
frappe.provide("client_comms.report");

Object.assign(client_comms.report, {
	GROUPINGS: ["Responsible Staff", "Communication Type", "Channel", "Client", "Company"],

	group_by(groupings) {
		return {
			fieldname: "group_by",
			label: __("Group By"),
			fieldtype: "Select",
			options: groupings.map((value) => ({ value, label: __(value) })),
			default: "Responsible Staff",
			reqd: 1,
		};
	},

	period() {
		const today = client_comms.fields.today();
		return [
			{
				fieldname: "from_date",
				label: __("From Date"),
				fieldtype: "Date",
				default: frappe.datetime.add_months(today, -3),
			},
			{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: today },
		];
	},

	filters() {
		const link = (fieldname, label, options) => ({ fieldname, label, fieldtype: "Link", options });
		return [
			link("company", __("Company"), "Company"),
			link("communication_type", __("Communication Type"), "Communication Type"),
			link("channel", __("Channel"), "Communication Channel"),
			client_comms.fields.colleague("responsible_staff", __("Responsible Staff")),
			client_comms.fields.client_type({
				on_change: () => frappe.query_report.set_filter_value("party", ""),
			}),
			{
				fieldname: "party",
				label: __("Client"),
				fieldtype: "Dynamic Link",
				get_options: () => frappe.query_report.get_filter_value("party_type"),
				depends_on: "party_type",
			},
		];
	},

	onload(report) {
		report.page.wrapper
			.off("click.client_comms")
			.on("click.client_comms", "[data-client-comms-list]", (event) => {
				event.preventDefault();
				client_comms.report.open_list(JSON.parse(event.currentTarget.dataset.clientCommsList));
			});
	},

	/**
	 * Names the colours of the chart below it: Frappe's legend cuts names after 18 characters, and draws what has no room beside the others
	 * outside of the screen.
	 */
	legend() {
		const { $chart, chart_options } = frappe.query_report;
		$chart.find(".client-comms-legend").remove();
		const { data, colors } = chart_options || {};
		if (!data || !colors) return;
		const names = data.datasets.map(
			({ name }, index) =>
				`<span><span style="display: inline-block; width: 10px; height: 10px; border-radius: 2px; background: ${colors[index]}"></span>
					${frappe.utils.escape_html(name)}</span>`,
		);
		$chart.append(`<div class="client-comms-legend small d-flex flex-wrap justify-content-center" style="gap: 4px 16px">
			<style>.chart-wrapper:has(.client-comms-legend) .chart-legend { display: none; }</style>
			${names.join("")}
		</div>`);
	},

	/** Conditions `[field, operator, value]`: all conditions on one field apply. */
	open_list(conditions) {
		const options = {};
		for (const [field, ...condition] of conditions) {
			(options[field] ??= []).push(JSON.stringify(condition));
		}
		frappe.route_options = options;
		frappe.set_route("List", "Client Interaction", "List");
	},

	/** Numbers link to the list of what they count; the total row is highlighted. */
	formatter(value, row, column, data, default_formatter) {
		let shown = value == null ? "" : client_comms.cell_html(value, row, column, data, default_formatter);
		if (column.drill && data?.drill && value) {
			const conditions = JSON.stringify([...data.drill, ...column.drill]);
			shown = `<a href="#" style="text-decoration: underline dotted"
				data-client-comms-list="${frappe.utils.escape_html(conditions)}">${value}</a>`;
		}
		return data?.is_total || data?.indent === 0 ? `<b>${shown}</b>` : shown;
	},
});
