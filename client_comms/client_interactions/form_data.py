"""What the form of an interaction shows beside its fields: the conversation, who sees it, what is owed and what is missing
before it is closed (C-3, C-4, M-1, P-2)."""

import frappe

from client_comms.client_interactions import (
	access_requests,
	closing_checklist,
	conversation,
	owed,
	promises,
)
from client_comms.client_interactions.due_words import due_words
from client_comms.enforcement import audience, policy


def show(doc, method=None) -> None:
	"""`onload` of Client Interaction; only the form calls it, for users who can read the document."""
	doc.set_onload("conversation", conversation.page(doc))
	record = policy.stored_record(doc.name)
	doc.set_onload("audience", audience.of_record(record))
	doc.set_onload("owed", owed_words(doc))
	doc.set_onload("checklist", closing_checklist.items(doc))
	if access_requests.may_decide(record):
		doc.set_onload("access_requests", access_requests.pending(doc))
		doc.set_onload("access_hours", access_requests.hours())
	doc.set_onload("promise_day", promises.proposed_day(doc))
	doc.set_onload("opens", _opened(doc))


def _opened(doc) -> list[str]:
	"""Those of the fields of the client whose record the session user can open; it has permissions of its own, from ERPNext's roles."""
	linked = (("party", doc.party_type, doc.party), ("contact", "Contact", doc.contact))
	return [field for field, doctype, name in linked if name and _can_open(doctype, name)]


def _can_open(doctype: str, name: str) -> bool:
	# The DocType first: of a document, Frappe would tell the user that they have no role for it.
	if not (frappe.has_permission(doctype) and frappe.db.exists(doctype, name)):
		return False
	return frappe.has_permission(doctype, doc=name)


def owed_words(row) -> list[dict]:
	"""What is owed on an interaction, the most urgent first.

	:param row: a document or row with `owed.FIELDS` and `company`
	:returns: `[{"what": "Answer", "label", "due": as stored, "words": "Fri 17:00, 1 business day left"}, …]`; `label` is translated
	"""
	return [
		{
			"what": item.what,
			"label": owed.label(item.what),
			"due": str(item.due),
			"words": due_words(item.due, row.company),
		}
		for item in owed.of_interaction(row)
	]
