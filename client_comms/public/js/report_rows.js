// Rows that are selected in a report, and what is done with each of them. Frappe puts it in place of the first line of a report, a
// comment so that the file is JavaScript before that as well; the first line here ends up in that comment.
frappe.provide("client_comms.report_rows");

Object.assign(client_comms.report_rows, {
	AT_ONCE: 20, // rows per request, so that the progress shows

	/** Of a table that was drawn again: Frappe keeps the ticks at their places, where other rows may stand by then. */
	untick(datatable) {
		datatable?.rowmanager.checkAll(false);
		$(datatable?.header).find("[type=checkbox]").prop("checked", false);
	},

	/** The selected rows; without any, the user is told to select some. */
	selected(report) {
		const checked = report.datatable?.rowmanager.getCheckedRows() || [];
		const rows = checked.map((index) => report.data[index]).filter(Boolean);
		if (!rows.length) frappe.show_alert(__("Select the rows first."));
		return rows;
	},

	/** Calls a method with the rows as its `argument`, in parts; what it returns for each of them, as far as it came. */
	async one_by_one(method, argument, rows) {
		const done = [];
		try {
			for (let from = 0; from < rows.length; from += this.AT_ONCE) {
				const part = rows.slice(from, from + this.AT_ONCE);
				done.push(...(await frappe.xcall(method, { [argument]: part }, "POST")));
				if (rows.length > this.AT_ONCE) {
					frappe.show_progress(__("Working"), done.length, rows.length, "", true);
				}
			}
		} catch {
			frappe.hide_progress(); // Frappe has shown what happened
		}
		return done;
	},

	show_refusals(done) {
		const refused = done.filter(({ error }) => error);
		if (!refused.length) return;
		frappe.msgprint({
			title: __("Some Rows Could Not Be Processed"),
			message: refused.map(({ error }) => `<p>${client_comms.harmless_html(error).html}</p>`).join(""),
			indicator: "orange",
		});
	},
});
