"""What *Deleted Document* keeps of what was about a Lead, Opportunity or Issue, or was made of one (P-2).

Who could read it is no longer known, so with a level it is open to Administrator alone; one that it did not have when it was deleted comes when what it
was about becomes confidential.
"""

import json
from collections.abc import Collection, Iterator

import frappe

from client_comms.enforcement import documents, filed, governed

_AT_ONCE = 500


def kept_content(data: str | None) -> dict:
	"""What a version or a deleted document has kept; nothing if it was changed by hand and cannot be read."""
	try:
		content = json.loads(data or "")
	except ValueError:
		return {}
	return content if isinstance(content, dict) else {}


def naming(kinds: Collection[str], name: str) -> Iterator[tuple[str, str, dict]]:
	"""Deleted documents of these DocTypes in which a value is the name: the name of the Deleted Document, the DocType, and its content."""
	written = json.dumps(name).replace("\\", "\\\\")  # as Frappe writes it, and for `like`
	rows = frappe.db.sql(
		"""select `name`, `deleted_doctype`, `data` from `tabDeleted Document`
		where `deleted_doctype` in %(kinds)s and `data` like %(written)s""",
		{"kinds": tuple(kinds), "written": f"%{written}%"},
	)
	for kept, kind, data in rows:
		yield kept, kind, kept_content(data)


def raise_about(doctype: str, name: str) -> None:
	"""What was deleted before a document became confidential gets its level, as it would have had if it had been deleted afterwards."""
	made_of = documents.MADE_OF.get(doctype)
	for kept, kind, content in naming({*governed.bound(), *(made_of[:1] if made_of else ())}, name):
		_keep_level(kept, kind, content)


def keep_levels() -> None:
	"""Give the content of records that were deleted without a level that of what they were about. Repeatable."""
	for kind in (*governed.bound(), *(made for made, _further, _naming in documents.MADE_OF.values())):
		deleted = {"deleted_doctype": kind, "name": (">", "")}
		while rows := frappe.get_all(
			"Deleted Document", deleted, ["name", "data"], order_by="name asc", limit=_AT_ONCE
		):
			deleted["name"] = (">", rows[-1].name)
			for row in rows:
				_keep_level(row.name, kind, kept_content(row.data))


def _keep_level(kept: str, kind: str, content: dict) -> None:
	if level := filed.level_when_deleted(kind, content):
		content["confidentiality_level"] = level
		frappe.db.set_value("Deleted Document", kept, "data", frappe.as_json(content), update_modified=False)
