"""What the form of an interaction shows beside its fields: the conversation, who sees it, what is owed and what is missing
before it is closed (C-3, C-4, M-1, P-2)."""

import frappe
from frappe.core.doctype.user_permission.user_permission import get_user_permissions
from frappe.permissions import get_allowed_docs_for_doctype, get_role_permissions

from client_comms.client_interactions import (
	access_requests,
	closing_checklist,
	conversation,
	owed,
	promises,
)
from client_comms.client_interactions.due_words import due_words
from client_comms.enforcement import audience, policy
from client_comms.rules import access
from client_comms.rules.response_clock import STATUS_CLOSED


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
	"""Those of the fields of the client whose record the session user's roles open; it has permissions of its own, from ERPNext's roles."""
	linked = (("party", doc.party_type), ("contact", "Contact"))
	return [
		field
		for field, doctype in linked
		if doc.get(field) and _is_opened_by_roles(doctype) and not _is_excluded(doctype, doc.get(field))
	]


def _is_opened_by_roles(doctype: str) -> bool:
	"""By what is in the cache, while Frappe would load a record that is not its user's own; does not query the database."""
	permissions = get_role_permissions(frappe.get_meta(doctype))
	only_own = permissions.get("if_owner") or {}  # what only those have who entered the record
	return bool(permissions.get(access.READ)) and access.READ not in only_own


def _is_excluded(doctype: str, name: str) -> bool:
	"""Whether User Permissions name others of the DocType; does not query the database."""
	allowed = get_allowed_docs_for_doctype(get_user_permissions().get(doctype, []), doctype)
	return bool(allowed) and name not in allowed


def owed_words(row) -> list[dict]:
	"""What is owed on an interaction, the most urgent first.

	:param row: a document or row with `owed.FIELDS` and `company`
	:returns: `[{"what": "Answer", "label", "due": as stored, "words": "Fri 17:00, 1 business day left"}, …]`; `label` is translated. Empty once
	    it is closed, also without an answer, because the client is erased
	"""
	if row.get("status") == STATUS_CLOSED:
		return []
	return [
		{
			"what": item.what,
			"label": owed.label(item.what),
			"due": str(item.due),
			"words": due_words(item.due, row.company),
		}
		for item in owed.of_interaction(row)
	]
