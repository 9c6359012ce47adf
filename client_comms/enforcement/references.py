"""Checks references to a record in other documents (P-2): replies, messages filed under it, links in
documents that copy its content.

Frappe and ERPNext do not check the referenced record.
"""

from collections.abc import Callable, Iterator

import frappe
from frappe.model.document import Document

from client_comms.enforcement import governed, guards


def refuse_reply(doc, method=None) -> None:
	"""Check a message's references: a reply links to the message it answers, and lists return fields of
	linked documents; a message under a document continues its conversation.

	:raises ClearanceMissingError: the session user cannot read the message, or the document under which the
	    new one is filed
	"""
	if doc.in_reply_to and (doc.is_new() or doc.has_value_changed("in_reply_to")):
		guards.require(governed.COMMUNICATION, doc.in_reply_to)
	filed = doc.is_new() or doc.has_value_changed("reference_name")
	if filed and not doc.flags.ignore_permissions:
		guards.require(doc.reference_doctype, doc.reference_name)
		guards.require(governed.INTERACTION, doc.client_interaction)


def refuse_named(doc, method=None) -> None:
	"""`validate` of documents that copy content from a document they refer to, or open it to their own readers.

	Automatic changes by the app or ERPNext are not checked, and neither are existing references.

	:raises ClearanceMissingError: the session user cannot read a document to which the change refers
	"""
	if not doc.flags.ignore_permissions:
		_refuse_added(doc, None if doc.is_new() else doc.get_doc_before_save())


def refuse_party(doc, method=None) -> None:
	"""`before_validate` of a Payment Entry: its party can be a document of any DocType that has a name in a field called like it.

	:raises ClearanceMissingError: the session user cannot read the party, which the stored document does not name
	"""
	named = doc.is_new() or doc.has_value_changed("party") or doc.has_value_changed("party_type")
	if named and not doc.flags.ignore_permissions:
		guards.require(doc.party_type, doc.party)


def refuse_in_memory(
	doc,
	is_open: Callable[[str, str], bool] | None = None,
	is_theirs: Callable[[Document], bool] | None = None,
) -> None:
	"""The same for a document that a request contains, which may never be saved.

	:param is_open: whether the session user can also see a document elsewhere than in the desk
	:param is_theirs: whether the stored document is theirs to read elsewhere than in the desk
	:raises ClearanceMissingError: the session user cannot read a document to which it refers, other than the stored one does, if
	    that is theirs to read
	"""
	if not _governed(doc):
		return
	stored = doc.name and frappe.db.exists(doc.doctype, doc.name) and frappe.get_doc(doc.doctype, doc.name)
	known = stored and (stored.has_permission("read") or (is_theirs and is_theirs(stored)))
	_refuse_added(doc, stored if known else None, is_open)


def require_names(doc) -> None:
	"""A link names a document. Version 15 takes conditions in its place, and links to what it finds by them, also if its user cannot read that; methods of
	a document that is not saved look there in both versions.

	:raises frappe.PermissionError: a link of the document, or of a row, is conditions
	"""
	for each in (doc, *doc.get_all_children()):
		named = [key for key, value in vars(each).items() if isinstance(value, dict | list | tuple)]
		if any(_is_link(each.meta.get_field(fieldname)) for fieldname in named) and guards.is_restricted():
			guards.refuse_conditions()


def _is_link(field) -> bool:
	return bool(field) and field.fieldtype in ("Link", "Dynamic Link")


def _refuse_added(doc, before, is_open=None) -> None:
	for doctype, name in sorted(_governed(doc) - _governed(before)):
		if not (is_open and is_open(doctype, name)):
			guards.require(doctype, name)


def _governed(doc) -> set[tuple[str, str]]:
	restricted = governed.doctypes()
	return {(doctype, name) for doctype, name in named(doc) if doctype in restricted}


def named(doc) -> Iterator[tuple[str, str]]:
	"""The documents to which a document and its rows link."""
	for each in (doc, *doc.get_all_children()) if doc else ():
		for field in each.meta.get_link_fields():
			if value := each.get(field.fieldname):
				yield field.options, value
		for field in each.meta.get_dynamic_link_fields():
			if (value := each.get(field.fieldname)) and (doctype := each.get(field.options)):
				yield doctype, value
