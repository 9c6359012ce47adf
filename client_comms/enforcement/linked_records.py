"""Connects Communication, Event, Call Log and the sources of other apps to Frappe's two permission hooks; Frappe's own hooks still apply."""

import frappe

from client_comms import compat
from client_comms.enforcement import governed, interactions, policy, refusals
from client_comms.enforcement.readers import of_row


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


def has_permission(doc, ptype=None, user=None, debug=False):
	user = user or frappe.session.user
	action = interactions.action_of(ptype)
	decision = governed.decide(doc.doctype, doc.name, action, user) if doc.name else None
	if decision is None or decision.allowed:
		return compat.no_objection()
	return refusals.objection(doc.doctype, doc.name, action, user, decision)


def preserve_link(doc, method=None) -> None:
	"""`before_validate`: keep the link to the interaction, whatever a request or an outdated copy of the document
	contains; a document filed under an interaction, or under an event or call linked to one, is linked to it."""
	if doc.doctype not in governed.bound():
		return  # of another app, and without these fields until the next migration
	stored = governed.as_stored(doc, *governed.BINDING)
	if stored and any(stored.get(field) for field in governed.BINDING):
		doc.update({field: stored.get(field) for field in governed.BINDING})
	elif interaction := _filed_under(doc):
		rules = policy.current()
		doc.client_interaction = interaction
		here = frappe.db.get_value(governed.INTERACTION, interaction, "confidentiality_level")
		stated = doc.is_new() and doc.get("confidentiality_level")
		if not stated or rules.rank(stated) <= rules.rank(here):  # else `reclassification.follow_stated`
			doc.confidentiality_level = here


def _filed_under(doc) -> str | None:
	"""The interaction to which a document refers, in any of the ways in which these DocTypes refer to documents."""
	named = [(doc.get("reference_doctype"), doc.get("reference_name") or doc.get("reference_docname"))]
	named += [(row.reference_doctype, row.reference_docname) for row in doc.get("event_participants") or ()]
	named += [(row.link_doctype, row.link_name) for row in doc.get("links") or ()]
	for doctype, name in named:
		if doctype == governed.INTERACTION and name:
			return name
	for doctype, name in named:
		if doctype in (governed.EVENT, governed.CALL) and name:
			return frappe.db.get_value(doctype, name, "client_interaction")
	return None


def _with_parent(rows: str, parent: str, user: str | None) -> str:
	restricted = condition(user, parent)
	if not restricted:
		return ""
	return of_row(parent, f"`tab{rows}`.`parent`", restricted)
