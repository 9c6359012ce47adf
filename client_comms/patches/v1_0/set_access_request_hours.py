"""Sites that were installed before access could be requested get the default of the setting, as new sites do."""

import frappe


def execute():
	settings = "Client Comms Settings"
	if not frappe.db.get_single_value(settings, "access_request_hours", cache=False):
		frappe.db.set_single_value(settings, "access_request_hours", 8, update_modified=False)
