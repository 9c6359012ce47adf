"""The names of interactions that were merged into another one: everyone who can read that one finds it by them (D-1, P-2).

An event keeps the name of the interaction from which it came, so the former names of an interaction are as confidential as its
history.
"""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from client_comms import transactions
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold
from client_comms.rules.response_clock import MERGED

INTERACTION = "Client Interaction"
_EVENT = "Interaction Event"


def current(name: str | None, *, locked: bool = False) -> str | None:
	"""The interaction that has taken over the one that had this name; None if there is none.

	:param locked: as committed last, even if this transaction began before
	"""
	return name and frappe.db.get_value(_EVENT, {"merged_from": name}, "parent", for_update=locked)


def replaced(names: Iterable[str]) -> list[str]:
	"""The names, with those of the interactions that have taken over instead of former ones; one query."""
	rows = frappe.get_all(
		_EVENT, {"merged_from": ("in", list(names))}, ["merged_from", "parent"], as_list=True, order_by=None
	)
	present = dict(rows)
	return [present.get(name, name) for name in names]


def about(doctype: str, names: Iterable[str]) -> list[str]:
	"""The interactions that have taken over one about a document of these; one query."""
	merged = {"event": MERGED, "source_doctype": doctype, "source_name": ("in", list(names))}
	return frappe.get_all(_EVENT, merged, pluck="parent", distinct=True, order_by=None)


def all_about(doctype: str, name: str) -> list[str]:
	"""The interactions about a document, in the order of their names, those included that have taken over one about it."""
	direct = {"reference_doctype": doctype, "reference_name": name}
	found = frappe.get_all(INTERACTION, direct, pluck="name", order_by=None)
	return sorted({*found, *about(doctype, [name])})


def levels_about(doctype: str, names: Iterable[str]) -> dict[str, set[str]]:
	"""The levels of the interactions about each document, those included that have taken over one about it; two queries."""
	event, interaction = frappe.qb.DocType(_EVENT), frappe.qb.DocType(INTERACTION)
	direct = frappe.qb.from_(interaction).select(
		interaction.reference_name, interaction.confidentiality_level
	)
	direct = direct.where(
		(interaction.reference_doctype == doctype) & interaction.reference_name.isin(list(names))
	)
	merged = frappe.qb.from_(event).join(interaction).on(interaction.name == event.parent)
	merged = merged.select(event.source_name, interaction.confidentiality_level).where(
		(event.event == MERGED) & (event.source_doctype == doctype) & event.source_name.isin(list(names))
	)
	found: dict[str, set[str]] = {}
	for name, level in (*direct.run(), *merged.run()):
		found.setdefault(name, set()).add(level)
	return found


def readable(name: str | None) -> str | None:
	"""`current`, if the session user can read it."""
	found = current(name)
	return found if found and frappe.has_permission(INTERACTION, "read", doc=found) else None


def get_locked(name: str):
	"""The interaction with this name, also a former one, locked for the change that follows.

	:raises frappe.DoesNotExistError: there is none
	"""
	try:
		return transactions.locked(INTERACTION, name)
	except frappe.DoesNotExistError:
		found = current(name, locked=True)
		if not found:
			raise
		frappe.clear_last_message()
		return transactions.locked(INTERACTION, found)


def locked(name: str):
	"""The interaction with this name, locked for what a user does, perhaps before they know that a colleague has merged it into another one.

	:raises ActionNotPossibleError: it was, and the user can read that one, to which the message leads
	:raises frappe.DoesNotExistError: there is none
	"""
	try:
		return transactions.locked(INTERACTION, name)
	except frappe.DoesNotExistError:
		found = readable(name)
		if not found:
			raise
	frappe.clear_last_message()
	frappe.throw(
		_("{0} was merged into {1}. Open that one, and do it there if it is still needed.").format(
			bold(name), get_link_to_form(INTERACTION, found)
		),
		exc=ActionNotPossibleError,
		title=_("Not Possible Now"),
	)
