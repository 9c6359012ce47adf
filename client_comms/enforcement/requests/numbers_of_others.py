"""Numbers that a client or a visitor tries (P-2): records are numbered one after the other, and most methods of Frappe answer otherwise if there is
none with a number: by an error, or with nothing. So whether there is one is not told: a number that is not theirs is refused before any method is
called.

Users of the desk may know: they are told why a record is refused, and ask for access to it.
"""

import re
from collections.abc import Iterator

import frappe
from frappe import _
from frappe.utils.verified_command import verify_request
from frappe.www.printview import validate_key

from client_comms import roles
from client_comms.enforcement import governed, guards, refusals
from client_comms.enforcement.linked_columns import parsed
from client_comms.enforcement.registry import OF_CLIENTS, OF_OFFICERS, OWNER_FIELDS
from client_comms.enforcement.requests import called, joined_fields
from client_comms.exceptions import ClearanceMissingError

_KIND, _KINDS = "dt", ("doctype", "_type")
_NAMES = (
	"attached_to_name",
	"dn",
	"doc_name",
	"docname",
	"docnames",
	"document",
	"document_name",
	"link_name",
	"name",
	"names",
	"old",
	"old_name",
	"party",
	"ref_docname",
	"ref_name",
	"reference_docname",
	"reference_name",
	"reminder_docname",
)
_DOCUMENTS = ("args", "doc", "docs", "document")
_OF_FILE = OWNER_FIELDS["File"]
_SEVERAL = ("docnames", "names")  # in others, a list is a filter
_NEW = "new-"  # how Frappe calls a document in a form that is not saved yet
_END_OF_ROUTE = re.compile(r"/(?:copy|method/[^/]+)$")


def refuse() -> None:
	"""`before_request`; queries the database only for a number that is sent by someone without the rights of staff.

	:raises ClearanceMissingError: no record has the number, or it is not theirs
	"""
	if not roles.has_desk() and not _is_signed():
		for doctype, name in dict.fromkeys(_named()):
			require(doctype, name)


def require(doctype: str, name: str) -> None:
	"""Refuse someone without the rights of staff a number that is not theirs.

	:raises ClearanceMissingError: as above
	"""
	if (
		roles.has_desk()
		or guards.named(doctype) not in _numbered()
		or _is_new(name)
		or _is_known(doctype, name)
	):
		return
	_refuse()


def require_existing(doctype: str, name: str) -> None:
	"""Refuse them a number that no record has in the same way as that of a hidden record.

	:raises ClearanceMissingError: as above
	"""
	numbered = not roles.has_desk() and guards.named(doctype) in _numbered()
	if numbered and not frappe.db.exists(doctype, name):
		_refuse()


def _refuse() -> None:
	frappe.clear_messages()  # of the permission that was asked for
	frappe.throw(refusals.without_clearance(), exc=ClearanceMissingError, title=_("Clearance Missing"))


def _numbered() -> set[str]:
	return {*governed.doctypes(), *OF_CLIENTS, *OF_OFFICERS}


def _is_signed() -> bool:
	"""Whether Frappe has made the link, as those in its emails about a step of a workflow, or to unsubscribe."""
	return "_signature" in frappe.form_dict and bool(verify_request())


def theirs(document):
	"""The stored document, if it is one of theirs; None otherwise."""
	known = _is_known(document.doctype, str(document.name))
	return frappe.get_doc(document.doctype, document.name) if known else None


def _is_known(doctype: str, name: str) -> bool:
	"""Whether they have made it, can read it in the desk or in the portal, or have a link to its print."""
	owner = frappe.db.get_value(doctype, name, "owner")
	if not owner or owner == frappe.session.user:
		return bool(owner)
	document = frappe.get_doc(doctype, name)
	key = frappe.form_dict.get("key")
	return bool(
		frappe.has_permission(doctype, "read", document)
		or frappe.has_website_permission(document)
		or (key and validate_key(key, document) is None)
	)


def _named() -> Iterator[tuple[str, str]]:
	"""DocType and name of each document that a request names: in its address, and in what it sends."""
	doctype, name = joined_fields.target() if joined_fields.is_route_of_documents() else (None, None)
	if name:
		yield doctype, _END_OF_ROUTE.sub("", name)
	sent = called.sent()
	kinds = {value for key, value in sent if _is_kind(key) and isinstance(value, str)}
	for key, value in sent:
		if key in _NAMES:
			yield from ((kind, each) for kind in kinds for each in _names(key, parsed(value)))
		if key in _DOCUMENTS:
			yield from _of_documents(parsed(value))


def _is_kind(key: str) -> bool:
	return key == _KIND or key.endswith(_KINDS)


def _names(key: str, value) -> list[str]:
	several = value if isinstance(value, list) and key in _SEVERAL else [value]
	return [str(each) for each in several if isinstance(each, str | int) and not _is_new(each)]


def _is_new(name: str | int) -> bool:
	return not name or str(name).startswith(_NEW)


def _of_documents(value) -> Iterator[tuple[str, str]]:
	for each in value if isinstance(value, list) else [value]:
		if not isinstance(each, dict):
			continue
		# Whether there is a document to which a file is attached is asked with its permissions.
		kind, named = (each.get(field) for field in _OF_FILE)
		if isinstance(kind, str) and isinstance(named, str | int) and not _is_new(named):
			yield kind, str(named)
		if isinstance(each.get("doctype"), str) and not each.get("__islocal"):
			for name in (each.get("name"), each.get("docname")):
				if isinstance(name, str | int) and not _is_new(name):
					yield each["doctype"], str(name)
