frappe.listview_settings["Communication Preference"] = { hide_name_column: true };
