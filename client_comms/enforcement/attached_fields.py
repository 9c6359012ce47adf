"""Files that the fields of a document name (P-2).

Frappe attaches a private file that belongs to nothing yet to each document that names its address in a field, and it is open to those who can read
that document: the upload of a colleague for a record that is not saved yet, or a PDF of several records, which may have the address of a record's file.
It also makes a row for the file of any record whose address a field names, as the user who saves the document, and that opens it as well.
"""

import os
from collections.abc import Callable
from urllib.parse import unquote

import frappe
from frappe import _
from frappe.utils import get_files_path

from client_comms import flags
from client_comms.enforcement import file_addresses
from client_comms.enforcement.file_addresses import PRIVATE
from client_comms.exceptions import ClearanceMissingError
from client_comms.filters import one_of
from client_comms.i18n import bold

_OWNER = ("attached_to_doctype", "attached_to_name")
_FIELDS = {"fieldtype": ["in", ["Attach", "Attach Image"]]}


def attach_own(previous: Callable, doc, *args, **kwargs):
	"""Around what attaches files to a document: the field keeps its text, as with the address of a hidden record's file."""
	# Each document that is saved comes here: what it is made of is only asked of one that names a private file.
	if not any(isinstance(value, str) and value.startswith(PRIVATE) for value in vars(doc).values()):
		return previous(doc, *args, **kwargs)
	named = {field.fieldname: doc.get(field.fieldname) for field in doc.meta.get("fields", _FIELDS)}
	others = {field: address for field, address in named.items() if _is_of_others(doc, field, address)}
	doc.update(dict.fromkeys(others))
	try:
		return previous(doc, *args, **kwargs)
	finally:
		doc.update(others)


def refuse_row(doc, method=None) -> None:
	"""`validate` of File: the row that Frappe makes for a field, where ours stands around nothing, because a script on the server saves the document, such as a
	patch. Frappe goes on without it, and writes that down.

	:raises ClearanceMissingError: the field names the file of a confidential record to which its document does not belong
	"""
	is_named = doc.is_new() and doc.attached_to_field and doc.flags.client_comms_names_file
	if not is_named or flags.began() or not str(doc.file_url or "").startswith(PRIVATE):
		return
	document = frappe._dict(doctype=doc.attached_to_doctype, name=doc.attached_to_name)
	rows = _rows_at(doc.file_url)
	if any(_is_of_few(row, document) for row in rows) and not any(_place(row) == _place(doc) for row in rows):
		frappe.throw(
			_("{0} belongs to a confidential record, and is not attached by a field that names it.").format(
				bold(doc.file_url)
			),
			exc=ClearanceMissingError,
			title=_("Not Attached"),
		)


def _is_of_others(doc, field: str, address) -> bool:
	"""Whether a private file belongs to nothing and is another user's, or belongs to another record of few. Who saves the document has perhaps not
	entered the address: a colleague did before, who cannot open the file."""
	if not str(address or "").startswith(PRIVATE):
		return False
	rows = _rows_at(address)
	if any(_place(row) == (doc.doctype, doc.name) for row in rows):
		return False
	before = doc.get_doc_before_save()
	is_entered = not before or before.get(field) != address
	free = [row for row in rows if not any(_place(row))]
	if any(is_entered and row.owner == frappe.session.user for row in free):
		return False
	return any(map(_is_kept_from_some, free)) or any(_is_of_few(row, doc) for row in rows)


def _rows_at(address: str) -> list:
	"""The rows of a file, to which more than one address leads."""
	path = os.path.join(get_files_path(is_private=1), unquote(address).removeprefix(PRIVATE))
	addresses = {address, unquote(address), file_addresses.of_path(path) or address}
	return frappe.get_all("File", {"file_url": one_of(addresses)}, ["name", "owner", *_OWNER], order_by=None)


def _place(row) -> tuple[str | None, str | None]:
	return tuple(row.get(field) or None for field in _OWNER)


def _is_kept_from_some(row) -> bool:
	"""Visitors share what belongs to nothing, so that forms of the website can name it."""
	mine = row.owner == frappe.session.user
	return mine or not frappe.get_doc("File", row.name).has_permission("read")


def _is_of_few(row, doc) -> bool:
	"""Whether a file belongs to a confidential record, and the document does not."""
	from client_comms.enforcement import dependents  # a worker loads this module for each job
	from client_comms.enforcement.doctypes.file import is_confidential

	return is_confidential(row) and dependents.owner_of(*_place(row)) != dependents.owner_of(
		doc.doctype, doc.name
	)
