"""Documents that are sent with the request (P-2): their fields can name a record that their sender cannot read, and a method
looks things up there, as Auto Repeat does with the contacts of the document that it repeats, and a document that is made of another
with those of its client. Version 15 compares such a document with the stored one, and says when that was changed, before it asks whether its
sender can read it. They can also say that the document is their sender's own, which Frappe believes where a role may do something
with what it owns: every login could rename, and so read, all contacts and addresses."""

import frappe
from frappe import _

from client_comms import roles
from client_comms.enforcement import guards, references
from client_comms.enforcement.linked_columns import parsed
from client_comms.enforcement.requests import numbers_of_others

_WITH_METHOD = ("docs", "document")
_TARGET = "target_doc"  # of Frappe's mapper, which asks nothing about what it names


def refuse_named() -> None:
	"""`before_request`; queries the database only for a document that has a name or links to governed ones, and whose method is called or
	which others are copied into.

	:raises ClearanceMissingError: the document names a record that the session user cannot read, and did not name it before
	:raises frappe.PermissionError: the session user cannot read the stored document, or it is not their own, as it says; a link is conditions
	"""
	asked = frappe.form_dict
	for key in (*(_WITH_METHOD if asked.get("method") else ()), _TARGET):
		sent = parsed(asked.get(key))
		if isinstance(sent, dict) and sent.get("doctype"):
			try:
				document = frappe.get_doc(sent)
			except Exception:
				frappe.clear_messages()  # Frappe reports it
				continue
			if key != _TARGET:
				_require_readable(document)
			_require_true_owner(document)
			references.require_names(document)
			_require_own_numbers(document)
			references.refuse_in_memory(document)


def _require_readable(document) -> None:
	"""As version 16 does, before anything is said of the stored document."""
	if guards.is_held(document.doctype) and document.name and not document.is_new():
		document.check_permission()


def _require_own_numbers(document) -> None:
	"""Before Frappe asks for permission: it would refuse a hidden record in another way than one that is not there."""
	if roles.has_desk():
		return
	stored = None if document.is_new() or not document.name else numbers_of_others.theirs(document)
	known = {*references.named(stored)}
	for doctype, name in dict.fromkeys(references.named(document)):
		if (doctype, name) not in known:
			numbers_of_others.require(doctype, str(name))


def _require_true_owner(document) -> None:
	user = frappe.session.user
	if not document.name or str(document.get("owner")).lower() != user.lower() or document.meta.issingle:
		return
	stored = frappe.db.get_value(document.doctype, str(document.name), "owner")
	if stored and stored.lower() != user.lower():
		frappe.throw(
			_("This document is not your own. Reload the page, or open one of your own."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
