"""Messages without an interaction are as confidential as the document under which they are filed, and stay so when they
leave it (P-2): when they are moved, or when the document is deleted.
"""

import frappe

from client_comms.enforcement import documents, governed, policy

_MESSAGE = governed.COMMUNICATION
_FILED_UNDER = ("reference_doctype", "reference_name")


def level_of(message: str) -> str | None:
	"""The level that decides who can read a message: its own, or that of the document under which it is filed."""
	own = frappe.db.get_value(_MESSAGE, message, "confidentiality_level")
	found = {record.level for record in governed.records(_MESSAGE, message)}
	return max({own, *found} - {None, ""}, key=policy.current().rank, default=None)


def keep_level(message: str, level: str | None) -> None:
	"""Give a message that was moved the level that it had, if the place where it is now is less confidential."""
	if level and is_lower(level_of(message), level):
		frappe.db.set_value(_MESSAGE, message, "confidentiality_level", level, update_modified=False)


def keep_when_moved(doc, method=None) -> None:
	"""`before_save` of a message that is filed under another document by a change of its fields."""
	if doc.is_new() or any(doc.get(field) for field in governed.BINDING):
		return
	if any(doc.has_value_changed(field) for field in _FILED_UNDER):
		level = level_of(doc.name)
		there = documents.is_governed(doc.reference_doctype) and frappe.db.get_value(
			doc.reference_doctype, doc.reference_name, "confidentiality_level"
		)
		if level and is_lower(there, level):
			doc.confidentiality_level = level


def is_lower(there: str | None, level: str) -> bool:
	"""Whether a place is less confidential than what is moved to it."""
	rank = policy.current().rank
	return not there or rank(there) < rank(level)


def keep_when_deleted(doc, method=None) -> None:
	"""`on_trash` of a document with a level, after which Frappe files its messages under nothing."""
	level = documents.is_governed(doc.doctype) and frappe.db.get_value(
		doc.doctype, doc.name, "confidentiality_level"
	)
	if level:
		unbound = {field: ("is", "not set") for field in governed.BINDING}
		filed = dict(zip(_FILED_UNDER, (doc.doctype, doc.name), strict=True))
		frappe.db.set_value(
			_MESSAGE, {**filed, **unbound}, "confidentiality_level", level, update_modified=False
		)
