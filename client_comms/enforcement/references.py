"""Naming a record in another document (P-2): a reply, a message filed under it, a link in any document that takes over its content.

Frappe and ERPNext check nothing of the record that is named.
"""

from collections.abc import Iterator

from client_comms.enforcement import governed, guards


def refuse_reply(doc, method=None) -> None:
	"""A reply links to the message it answers, and lists give out fields of linked documents; a message under a document
	goes on with what was said about it.

	:raises ClearanceMissingError: the session user may not read the message, or what the new one is filed under
	"""
	if doc.in_reply_to and (doc.is_new() or doc.has_value_changed("in_reply_to")):
		guards.require(governed.COMMUNICATION, doc.in_reply_to)
	filed = doc.is_new() or doc.has_value_changed("reference_name")
	if filed and not doc.flags.ignore_permissions:
		guards.require(doc.reference_doctype, doc.reference_name)
		guards.require(governed.INTERACTION, doc.client_interaction)


def refuse_named(doc, method=None) -> None:
	"""`validate` of documents that take over what is in a document they name, or open it to who may read them.

	What the app or ERPNext does by itself passes, and what stood there before.

	:raises ClearanceMissingError: the session user may not read a document that the change names
	"""
	if doc.flags.ignore_permissions:
		return
	before = None if doc.is_new() else doc.get_doc_before_save()
	for doctype, name in sorted(set(_named(doc)) - set(_named(before))):
		if doctype in governed.doctypes():
			guards.require(doctype, name)


def _named(doc) -> Iterator[tuple[str, str]]:
	"""The documents that a document and its rows name in their links."""
	for each in (doc, *doc.get_all_children()) if doc else ():
		for field in each.meta.get_link_fields():
			if value := each.get(field.fieldname):
				yield field.options, value
		for field in each.meta.get_dynamic_link_fields():
			if (value := each.get(field.fieldname)) and (doctype := each.get(field.options)):
				yield doctype, value
