"""Find the client who is calling, and continue what is open with them (D-1, C-4)."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import clock, validation
from client_comms.client_interactions import callers
from client_comms.enforcement import former_names, restrictions
from client_comms.exceptions import ActionNotPossibleError, MissingDetailsError
from client_comms.rules import response_clock

INTERACTION = callers.INTERACTION
_ACTION_ITEM = ("description", "assigned_to", "due_on")


@frappe.whitelist()
def find_caller(text: str) -> list[dict]:
	"""Contacts, clients and open interactions that the caller of this method can see, by name, number or email address.

	:returns: see `callers.find`; nothing for a text of fewer than two letters
	"""
	frappe.has_permission(INTERACTION, "create", throw=True)
	return callers.find(text)


@frappe.whitelist(methods=["POST"])
def client_called_again(
	name: str, note: str, occurred_on: str | datetime | None = None, action_items: str | list | None = None
) -> dict:
	"""The client called, wrote or came again about an open interaction: an answer is owed again (C-4).

	:param note: what the client said
	:param action_items: rows of `description`, `assigned_to` and `due_on`, as a list or JSON
	:returns: the interaction as a dict
	:raises MissingDetailsError: no note is given
	:raises ActionNotPossibleError: the interaction is closed
	"""
	doc = former_names.locked(name)
	doc.check_permission("write")
	if not validation.plain(note):
		frappe.throw(
			_("Enter a summary of the discussion."), exc=MissingDetailsError, title=_("Details Missing")
		)
	if doc.status == response_clock.STATUS_CLOSED:
		frappe.throw(
			_("The record is closed. Reopen it first."),
			exc=ActionNotPossibleError,
			title=_("Not Possible Now"),
		)
	at = clock.parse(occurred_on) if occurred_on else clock.now()
	# What was answered before this was entered did not take it into account.
	answers = [get_datetime(row.at) for row in doc.events if row.event == response_clock.ANSWERED]
	sent = {"action_items": action_items or []}
	for row in validation.record_of(INTERACTION, sent, (), {"action_items": _ACTION_ITEM})["action_items"]:
		doc.append("action_items", row)
	with restrictions.logging():
		doc.record(response_clock.RECEIVED, at=max([min(at, clock.now()), *answers]), note=note)
	return doc.as_dict(no_nulls=False, convert_dates_to_str=True)
