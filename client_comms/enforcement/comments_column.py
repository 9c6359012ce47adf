"""The column `_comments` (P-2). Frappe stores the beginning of every message and comment in the document
under which it is filed, and gives the column out with any list of such documents; a confidential message
leaves nothing there.
"""

import json
from collections.abc import Iterator

import frappe
from frappe.core.doctype.comment.comment import get_comments_from_parent, update_comments_in_parent

from client_comms.enforcement import filed, governed

_COLUMN = "_comments"


def leave_out(doc, method=None) -> None:
	"""`on_update` of a message, and once it is linked to an interaction."""
	if not _shows(doc.reference_doctype, doc.reference_name):
		return
	# What is about a record leaves nothing elsewhere: the record can be raised later. In the column of that record it can stay.
	if doc.get(filed.ABOUT[1]) or any(frappe.db.get_value(doc.doctype, doc.name, governed.BINDING) or ()):
		take_out(doc)


def take_out(message) -> None:
	"""Remove a message from the column of the document under which it is filed, if that exists.

	:param message: with `name`, `reference_doctype` and `reference_name`
	"""
	where = (message.reference_doctype, message.reference_name)
	if not (all(where) and frappe.db.has_column(where[0], _COLUMN) and frappe.db.exists(*where)):
		return
	entries = get_comments_from_parent(message)
	kept = [entry for entry in entries if entry.get("name") != message.name]
	if len(kept) < len(entries):
		update_comments_in_parent(*where, kept)


def _shows(doctype: str | None, name: str | None) -> bool:
	"""Whether the column can be returned to users who cannot read the message; an interaction's cannot."""
	return bool(doctype and name and doctype != governed.INTERACTION)


def clean(chunk: int = 500) -> None:
	"""Remove the text of confidential messages from the column. Repeatable; commits in chunks."""
	for doctype in frappe.get_all(
		governed.COMMUNICATION, {"reference_doctype": ("is", "set")}, pluck="reference_doctype", distinct=True
	):
		if doctype != governed.INTERACTION and frappe.db.has_column(doctype, _COLUMN):
			for rows in _with_entries(doctype, chunk):
				_clean(doctype, rows)
				# nosemgrep: frappe-manual-commit (an interrupted run loses at most this chunk)
				frappe.db.commit()


def _with_entries(doctype: str, chunk: int) -> Iterator[list]:
	table, last = frappe.qb.DocType(doctype), ""
	while rows := (
		frappe.qb.from_(table)
		.select(table.name, table[_COLUMN])
		.where((table.name > last) & table[_COLUMN].like("[{%"))
		.orderby(table.name)
		.limit(chunk)
		.run(as_dict=True)
	):
		last = rows[-1].name
		yield rows


def _clean(doctype: str, rows: list) -> None:
	entries = {row.name: _parsed(row[_COLUMN]) for row in rows}
	names = {entry.get("name") for found in entries.values() for entry in found or ()}
	message = frappe.qb.DocType(governed.COMMUNICATION)
	confidential = set(
		frappe.qb.from_(message)
		.select(message.name)
		.where(message.name.isin(list(names) or [""]))
		.where((message.client_interaction != "") | (message.confidentiality_level != ""))
		.run(pluck=True)
	)
	for name, found in entries.items():
		kept = [entry for entry in found or () if entry.get("name") not in confidential]
		if found is None or len(kept) < len(found):
			frappe.db.set_value(doctype, name, _COLUMN, json.dumps(kept), update_modified=False)


def _parsed(text: str) -> list[dict] | None:
	"""None if it cannot be read; Frappe stores nothing of it either."""
	try:
		return json.loads(text)
	except (ValueError, RecursionError):
		return None
