frappe.listview_settings["Erasure Item"] = {
	hide_name_column: true,

	formatters: {
		reason: (text) =>
			text ? `<span class="client-comms-whole">${frappe.utils.escape_html(text)}</span>` : "",
	},

	/** Frappe leaves out the last columns on a small screen, which here say why a record stays. */
	onload(listview) {
		const settings = listview.list_view_settings;
		if (settings.total_fields || window.innerWidth > 1366) return;
		settings.total_fields = 6;
		listview.setup_columns();
		listview.render_header(true);
	},
};
