frappe.listview_settings["Erasure Item"] = { hide_name_column: true };
