"""The board of interactions leaves out what is closed, unless someone has saved filters for it: also none, which Frappe stores as `[]`."""

import frappe

from client_comms import procedure


def execute():
	name = procedure.KANBAN_BOARD["kanban_board_name"]
	# Frappe saves a board whenever it is opened, so its time of change says nothing.
	if frappe.db.get_value("Kanban Board", name, "filters") in (None, ""):
		frappe.db.set_value(
			"Kanban Board", name, "filters", procedure.KANBAN_BOARD["filters"], update_modified=False
		)
