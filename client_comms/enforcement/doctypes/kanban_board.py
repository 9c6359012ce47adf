"""Kanban boards (D-5): Frappe compares each card's column before it asks whether the user may read the card, and
keeps the order of the cards, which names them, on a board that everybody may read.
"""

import frappe
from frappe.desk.doctype.kanban_board import kanban_board

from client_comms.enforcement import governed, guards


@frappe.whitelist()
def update_order(board_name: str, order: str):
	"""Save the order of the cards, of those only that the user may read."""
	doctype = frappe.db.get_value("Kanban Board", board_name, "reference_doctype")
	if doctype and guards.is_held(doctype):
		columns = frappe.parse_json(order)
		cards = {card for each in columns.values() for card in each}
		readable = set(guards.readable_names(doctype, {"name": ("in", list(cards) or [""])}))
		if hidden := cards - readable:
			guards.require(doctype, min(hidden))
			columns = {column: [c for c in each if c in readable] for column, each in columns.items()}
		order = frappe.as_json(columns)
	return kanban_board.update_order(board_name, order)


def keep_no_order(doc, method=None) -> None:
	"""Before a board of governed records is saved: its cards are shown in the order of the list."""
	if doc.reference_doctype in governed.doctypes():
		for column in doc.columns:
			column.order = "[]"
