"""What *Deleted Document* keeps of what was about a Lead, Opportunity or Issue, or was made of one (P-2).

Who could read it is no longer known, so with a level it is open to Administrator alone; one that it did not have when it was deleted comes when what it
was about becomes confidential.
"""

import json
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import frappe

from client_comms.enforcement import documents, filed, governed

_AT_ONCE = 500
_MARGIN = timedelta(days=1)
_ALWAYS = datetime(1900, 1, 1)


def kept_content(data: str | None) -> dict:
	"""What a version or a deleted document has kept; nothing if it was changed by hand and cannot be read."""
	try:
		content = json.loads(data or "")
	except ValueError:
		return {}
	return content if isinstance(content, dict) else {}


def naming(kinds: Collection[str], doctype: str, name: str) -> Iterator[tuple[str, str, dict]]:
	"""Deleted documents of these DocTypes in which a value is the name of a document: the name of the Deleted Document, the DocType, and its
	content.

	What was deleted before the document existed cannot be about it, so an index finds what is looked through; a day is left for changes of the
	clock.
	"""
	existed = frappe.db.get_value(doctype, name, "creation") or _ALWAYS
	written = json.dumps(name).replace("\\", "\\\\")  # as Frappe writes it, and for `like`
	for kind in sorted(kinds):
		rows = frappe.db.sql(
			"""select `name`, `data` from `tabDeleted Document`
			where `deleted_doctype` = %(kind)s and `creation` >= %(since)s and `data` like %(written)s""",
			{"kind": kind, "since": existed - _MARGIN, "written": f"%{written}%"},
		)
		for kept, data in rows:
			yield kept, kind, kept_content(data)


def each_of(kind: str) -> Iterator[tuple[str, dict]]:
	"""All deleted documents of a DocType: the name of the Deleted Document and its content."""
	last = ""
	while rows := frappe.get_all(
		"Deleted Document",
		{"deleted_doctype": kind, "name": (">", last)},
		["name", "data"],
		order_by="name asc",
		limit=_AT_ONCE,
	):
		last = rows[-1].name
		for row in rows:
			yield row.name, kept_content(row.data)


def raise_about(doctype: str, name: str) -> None:
	"""What was deleted before a document became confidential gets its level, as it would have had if it had been deleted afterwards."""
	made_of = documents.MADE_OF.get(doctype)
	kinds = {*governed.bound(), *(made_of[:1] if made_of else ())}
	for kept, kind, content in naming(kinds, doctype, name):
		_keep_level(kept, kind, content)


def keep_levels() -> None:
	"""Give the content of records that were deleted without a level that of what they were about. Repeatable."""
	for kind in (*governed.bound(), *(made for made, _further, _naming in documents.MADE_OF.values())):
		for kept, content in each_of(kind):
			_keep_level(kept, kind, content)


def _keep_level(kept: str, kind: str, content: dict) -> None:
	if level := filed.level_when_deleted(kind, content):
		content["confidentiality_level"] = level
		frappe.db.set_value("Deleted Document", kept, "data", frappe.as_json(content), update_modified=False)
