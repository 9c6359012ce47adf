"""A new control starts with a warning; a mode that was never set would count as Enforce."""

import frappe

from client_comms import controls
from client_comms.enforcement import write_down

SETTINGS = "Client Comms Settings"


def execute():
	if not frappe.db.get_single_value(SETTINGS, write_down.MODE, cache=False):
		frappe.db.set_single_value(SETTINGS, write_down.MODE, controls.WARN, update_modified=False)
