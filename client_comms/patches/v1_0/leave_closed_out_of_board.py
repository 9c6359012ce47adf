"""The board of interactions leaves out what is closed, unless an administrator has changed the board."""

import frappe

from client_comms import procedure


def execute():
	name = procedure.KANBAN_BOARD["kanban_board_name"]
	board = frappe.db.get_value("Kanban Board", name, ["creation", "modified", "filters"], as_dict=True)
	if board and board.creation == board.modified and not board.filters:
		frappe.db.set_value(
			"Kanban Board", name, "filters", procedure.KANBAN_BOARD["filters"], update_modified=False
		)
