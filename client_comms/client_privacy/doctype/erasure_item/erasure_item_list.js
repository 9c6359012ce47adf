frappe.listview_settings["Erasure Item"] = {
	hide_name_column: true,

	formatters: {
		reason: (text) =>
			text ? `<span class="client-comms-whole">${frappe.utils.escape_html(text)}</span>` : "",
	},
};
