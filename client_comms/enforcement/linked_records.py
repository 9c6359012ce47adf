"""The rows of Communication, Event, Call Log and the sources of other apps that a user can read, and the link to their interaction, which stays."""

import frappe

from client_comms.enforcement import filed, governed, places, policy
from client_comms.enforcement.row_conditions import of_row


def condition(user=None, doctype=None) -> str:
	return governed.condition(doctype, user)


def event_condition(user=None, doctype=None) -> str:
	"""Frappe leaves its own condition on Event ("… or …") without brackets, and joins ours to it with "and".

	Both are inside one pair of brackets, so ours closes that pair after Frappe's condition and opens another.
	"""
	restricted = condition(user, governed.EVENT)
	return restricted and f"1 = 1) and ({restricted}"


def link_condition(user=None, doctype=None) -> str:
	"""A timeline link reveals the message's subject and address, so it is as confidential as the message."""
	return _with_parent("Communication Link", governed.COMMUNICATION, user)


def participant_condition(user=None, doctype=None) -> str:
	"""The participants of an event are as confidential as the event."""
	return _with_parent("Event Participants", governed.EVENT, user)


def preserve_link(doc, method=None) -> None:
	"""`before_validate`: keep the link to the interaction, whatever a request or an outdated copy of the document
	contains; a document filed under an interaction, or under what belongs to one, is linked to it, and anything else
	stays as confidential as the place where it is filed (`places`)."""
	if doc.doctype not in governed.bound():
		return  # of another app, and without these fields until the next migration
	kept = (*governed.BINDING, *(filed.ABOUT if filed.has_about(doc.doctype) else ()))
	stored = governed.as_stored(doc, *kept)
	if stored and any(stored.get(field) for field in governed.BINDING):
		doc.update({field: stored.get(field) for field in kept})
		return
	place = places.of(filed.named_in(doc, noted=False))
	if not place.interaction:
		places.note(doc, place)
		return
	rules = policy.current()
	doc.client_interaction = place.interaction
	here = frappe.db.get_value(governed.INTERACTION, place.interaction, "confidentiality_level")
	stated = doc.is_new() and doc.get("confidentiality_level")
	if not stated or rules.rank(stated) <= rules.rank(here):  # else `level_spread.follow_stated`
		doc.confidentiality_level = here


def _with_parent(rows: str, parent: str, user: str | None) -> str:
	restricted = condition(user, parent)
	if not restricted:
		return ""
	return of_row(parent, f"`tab{rows}`.`parent`", restricted)
