// {% include "client_comms/public/js/interaction_report.js" %}

// Rows of the table all have one height, so that of the longest names is measured.
client_comms.board = {
	AROUND: 45, // what stands beside the names in their cell: its padding and the indent below the user
	NUMBER: 34,

	names_html({ party_name, subject }) {
		const [client, about] = [party_name || __("Unknown client"), subject || ""].map(
			frappe.utils.escape_html,
		);
		return `<b>${client}</b><br>${about}`;
	},

	/** What the other columns leave: their labels and numbers need no more than they have. */
	room_for_names(columns, room) {
		const others = columns.reduce((sum, { id, fieldname, width }) => {
			return (id || fieldname) === "group" ? sum : sum + width;
		}, 2 * this.NUMBER);
		return Math.max(200, Math.floor(room) - others - columns.length);
	},

	row_height(rows, width, least) {
		const shown = rows.filter(({ name }) => name);
		const lines = shown.map((row) => {
			const names_html = this.names_html(row);
			return `<div class="client-comms-board-lines names">${names_html}</div>`;
		});
		const $measured = $(`<div style="position: absolute; visibility: hidden; width: ${width - this.AROUND}px">
			${lines.join("")}</div>`).appendTo(frappe.query_report.$report);
		const heights = $measured.children().toArray().map(({ offsetHeight }) => offsetHeight + 5);
		$measured.remove();
		return heights.reduce((most, height) => Math.max(most, height), least);
	},
};

frappe.query_reports["Team Board"] = {
	filters: client_comms.report.filters(),
	tree: true,
	initial_depth: 1,
	// The widths of the columns are shares of the screen, where that is wide enough for them.
	get_datatable_options(options) {
		const { $report, data } = frappe.query_report;
		const names = options.columns.find(({ id, fieldname }) => (id || fieldname) === "group");
		const wide = innerWidth >= 1280;
		if (wide) names.width = client_comms.board.room_for_names(options.columns, $report.width());
		return {
			...options,
			checkboxColumn: true,
			layout: wide ? "ratio" : "fixed",
			cellHeight: client_comms.board.row_height(data, names.width, options.cellHeight),
		};
	},
	/** The shares do not leave room for the numbers of the rows, unless their column has a width. */
	after_datatable_render(datatable) {
		datatable.getColumns().find(({ id }) => id === "_rowIndex").width = 34;
		datatable.setDimensions();
	},

	onload(report) {
		client_comms.report.onload(report);
		if (!frappe.model.can_write("Client Interaction")) return;
		// The row of a user stands for all that is open with them, also what the board does not show.
		const behind = async (row) => {
			if (row.name) return [row.name];
			const found = await frappe.db.get_list("Client Interaction", {
				filters: row.drill,
				fields: ["name"],
				limit: 0,
			});
			return found.map(({ name }) => name);
		};
		report.page.add_inner_button(__("Reassign"), async () => {
			const checked = report.datatable?.rowmanager.getCheckedRows() || [];
			const rows = checked.map((index) => report.data[index]).filter(Boolean);
			if (!rows.length) return frappe.show_alert(__("Select the rows first."));
			const names = (await Promise.all(rows.map(behind))).flat();
			return client_comms.work.assign([...new Set(names)], () => report.refresh());
		});
	},

	formatter(value, row, column, data, default_formatter) {
		if (column.fieldname === "group" && data?.name) {
			const link = frappe.utils.get_form_link("Client Interaction", data.name);
			const names_html = client_comms.board.names_html(data);
			return default_formatter(
				`<a href="${link}" class="client-comms-board-lines names" title="${frappe.utils.escape_html(value)}">${names_html}</a>`,
				row,
				column,
				data,
			);
		}
		// For a user it is when they last used the desk: who is there.
		if (column.fieldname === "status" && data?.last_seen) {
			const seen = frappe.datetime.comment_when(data.last_seen);
			return `<span class="client-comms-board-lines" title="${__("Last Seen")}">${seen}</span>`;
		}
		if (["status", "confidentiality_level"].includes(column.fieldname) && value) {
			return `<span class="client-comms-board-lines">${frappe.utils.escape_html(__(value))}</span>`;
		}
		if (column.fieldname === "next_deadline" && data?.words) {
			const words = frappe.utils.escape_html(data.words);
			return `<span class="client-comms-board-lines${data.late ? " late" : ""}" title="${words}">${words}</span>`;
		}
		return client_comms.report.formatter(value, row, column, data, default_formatter);
	},
};
