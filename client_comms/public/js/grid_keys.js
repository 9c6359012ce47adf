// Tab goes through all cells of a table's row. Frappe leaves out a text that stands last, stays in the last row where none can be added,
// and loses the keyboard where the first field of the next row cannot be changed. In a dialog it would add row after row: there, Tab leaves the table.
document.addEventListener(
	"keydown",
	(event) => {
		const { key, shiftKey, target } = event;
		if (key !== "Tab" || shiftKey) return;
		const row = target.closest(".form-grid .rows .grid-row");
		const table = row?.closest("[data-fieldtype=Table]");
		if (!table) return;
		const in_dialog = target.closest(".client-comms-dialog");
		if (!in_dialog && !client_comms.user_names.is_ours(window.cur_frm?.doctype)) return;
		const grid = (in_dialog ? window.cur_dialog : cur_frm)?.get_field(table.dataset.fieldname)?.grid;
		if (!grid) return;
		const fields = $(row).find(":input:enabled:visible:not(button)").get();
		const inputs = fields.filter(({ tagName }) => tagName === "INPUT");
		if (target !== fields.at(-1)) {
			if (target === inputs.at(-1)) event.stopPropagation(); // for Frappe it is the last one
		} else if (Number(row.dataset.idx) < grid.grid_rows.length) {
			const first = () => grid.wrapper.find(".editable-row :input:enabled:visible:not(button)").first();
			// Frappe gives it to the first field after 100 milliseconds.
			setTimeout(() => document.activeElement === document.body && first().trigger("focus"), 120);
		} else if (in_dialog || grid.cannot_add_rows || grid.df.cannot_add_rows) {
			event.stopPropagation();
		}
	},
	true,
);
