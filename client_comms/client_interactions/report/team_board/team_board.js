// {% include "client_comms/public/js/interaction_report.js" %}
// {% include "client_comms/public/js/report_rows.js" %}

// Rows of the table all have one height, so that of the longest texts is measured.
client_comms.board = {
	// What stands beside the text in a cell, in pixels: its padding, and before names the indent below the user.
	PADDING: 17,
	INDENT: 28,
	NUMBER: 34,

	names_html({ party_name, subject }) {
		const [client, about] = [party_name || __("Unknown client"), subject || ""].map(
			frappe.utils.escape_html,
		);
		return `<b>${client}</b><br>${about}`;
	},

	/** Names get what the other columns leave: their labels and numbers need no more than they have. */
	share(columns, room) {
		const [names] = this.of(columns, "group");
		const others = columns.reduce((sum, column) => (column === names ? sum : sum + column.width), 0);
		const left = Math.floor(room) - 2 * this.NUMBER - 2 * columns.length;
		names.width = Math.max(180, left - others);
		return Math.min(1, left / (others + names.width));
	},

	of: (columns, ...fields) =>
		fields.map((field) => columns.find(({ id, fieldname }) => (id || fieldname) === field)),

	/** @param scale the part of their widths that the columns have on this screen */
	row_height(rows, columns, scale, least) {
		const shown = rows.filter(({ name }) => name);
		const texts = {
			group: (row) => this.names_html(row),
			next_deadline: ({ words }) => frappe.utils.escape_html(words || ""),
			status: ({ status }) => frappe.utils.escape_html(__(status)),
			confidentiality_level: (row) => frappe.utils.escape_html(__(row.confidentiality_level)),
		};
		const heights = Object.entries(texts).flatMap(([field, text_html]) => {
			const [{ width }] = this.of(columns, field);
			const beside = this.PADDING + (field === "group" ? this.INDENT : 0);
			const lines = shown.map((row) => {
				const row_html = text_html(row);
				return `<div class="client-comms-board-lines names">${row_html}</div>`;
			});
			const $measured = $(`<div>${lines.join("")}</div>`)
				.css({ position: "absolute", visibility: "hidden", width: `${width * scale - beside}px` })
				.appendTo(frappe.query_report.$report);
			const found = $measured
				.children()
				.toArray()
				.map(({ offsetHeight }) => offsetHeight);
			$measured.remove();
			return found;
		});
		return heights.reduce((most, height) => Math.max(most, height + 5), least);
	},
};

frappe.query_reports["Team Board"] = {
	filters: client_comms.report.filters(),
	tree: true,
	initial_depth: 1,
	// The widths of the columns are shares of the screen, where that is wide enough for them.
	get_datatable_options(options) {
		const { $report, data } = frappe.query_report;
		const { columns, cellHeight } = options;
		const wide = innerWidth >= 1280;
		const scale = wide ? client_comms.board.share(columns, $report.width()) : 1;
		return {
			...options,
			checkboxColumn: true,
			layout: wide ? "ratio" : "fixed",
			cellHeight: client_comms.board.row_height(data, columns, scale, cellHeight),
		};
	},
	/** The shares do not leave room for the numbers of the rows, unless their column has a width. */
	after_datatable_render(datatable) {
		for (const column of datatable.getColumns()) {
			if (["_checkbox", "_rowIndex"].includes(column.id)) column.width = client_comms.board.NUMBER;
		}
		datatable.setDimensions();
		client_comms.report_rows.untick(datatable);
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
			const rows = client_comms.report_rows.selected(report);
			if (!rows.length) return undefined;
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
