"""Kanban boards (D-5): Frappe compares each card's column before it checks whether the user can read the card, and
stores the order of the cards, which names them, on a board that everyone can read.
"""

import frappe

from client_comms.enforcement import governed, guards
from client_comms.enforcement.compose import call_previous


@frappe.whitelist()
def update_order(board_name: str, order: str, **others):
	"""Save the order of the cards, but only of those that the user can read; the board is saved only if there are any."""
	doctype = frappe.db.get_value("Kanban Board", board_name, "reference_doctype")
	if doctype and guards.is_held(doctype):
		columns = {
			column: each for column, each in frappe.parse_json(order).items() if isinstance(each, list)
		}
		cards = {card for each in columns.values() for card in each}
		readable = set(guards.readable_names(doctype, {"name": ("in", list(cards) or [""])}))
		if hidden := cards - readable:
			guards.require(doctype, min(hidden))
			columns = {column: [c for c in each if c in readable] for column, each in columns.items()}
		if not readable:
			return frappe.get_doc("Kanban Board", board_name), []
		order = frappe.as_json(columns)
	return call_previous(
		"frappe.desk.doctype.kanban_board.kanban_board.update_order",
		board_name=board_name,
		order=order,
		**others,
	)


def keep_no_order(doc, method=None) -> None:
	"""Before a board is saved, remove governed records, and what belongs to them, from its card order; these cards are shown in
	list order."""
	if not guards.is_held(doc.reference_doctype):
		return
	are_governed = doc.reference_doctype in governed.doctypes()
	for column in doc.columns:
		column.order = "[]" if are_governed else _open_to_all(doc.reference_doctype, column.order)


def _open_to_all(doctype: str, order: str | None) -> str:
	"""A card order without the cards that this app hides from those without any clearance."""
	cards = [card for card in frappe.parse_json(order or "[]") if isinstance(card, str)]
	found = guards.readable(doctype, cards, user="Guest")
	return frappe.as_json([card for card in cards if card in found])
