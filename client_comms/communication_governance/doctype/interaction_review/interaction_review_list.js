frappe.listview_settings["Interaction Review"] = {
	hide_name_column: true, // who reviews whom distinguishes the reviews of one interaction

	onload(listview) {
		// Frappe has no room for the reviewer on a small screen, unless an administrator chose the columns.
		const settings = listview.list_view_settings;
		if (settings.fields || settings.total_fields || window.innerWidth > 1366) return;
		settings.total_fields = 6;
		listview.setup_columns();
		listview.render_header(true);
	},
};
