"""What is kept of a document that had copies of a Lead, Opportunity or Issue (P-2): its versions, and the document itself when it is deleted.

All who can read the document could read them, also after the record has become confidential, when the document shows no copy any more. So they
contain only the link, whether there is a level already or not; ERPNext fills in the rest when the document is restored.
"""

from collections.abc import Iterator

import frappe

from client_comms.enforcement import copied_fields, deleted_content, documents, guards

_TITLED = "Dynamic Link"
_VERSION, _DELETED = "Version", "Deleted Document"
_AT_ONCE = 500


def leave_out_of_version(diff: dict, doctype: str) -> bool:
	"""Whether the version of a document of the DocType had copies, which are left out now."""
	found = leave_out([*(diff.get("added") or ()), *(diff.get("removed") or ())])
	for changed in diff.get("row_changed") or ():
		rows = frappe.get_meta(doctype).get_field(changed[0])
		copied = copied_fields.copied(rows.options) if rows else {}
		left = [change for change in changed[3] if change[0] not in copied]
		found |= len(left) < len(changed[3])
		changed[3] = left
	if found:
		diff["row_changed"] = [changed for changed in diff.get("row_changed") or () if changed[3]]
	return found


def leave_out(content) -> bool:
	"""Whether a document, or rows of one, had copies, which are left out now."""
	values = content.values() if isinstance(content, dict) else content
	found = [leave_out(value) for value in values if isinstance(value, dict | list)]
	if isinstance(content, dict) and (instead := _instead(content)):
		found.append(any(content[field] != value for field, value in instead.items()))
		content.update(instead)
	return any(found)


def _instead(row: dict) -> dict:
	if row.get("doctype") == _TITLED:
		titled = row.get("link_doctype") in documents.SETTING and row.get("link_title")
		return {"link_title": row.get("link_name")} if titled else {}
	return {field: value for field, value in copied_fields.copied(row.get("doctype")).items() if field in row}


def leave_out_of_all() -> None:
	"""The same in what was kept before. Repeatable."""
	for doctype in sorted(set(_rows()).union(*map(guards.with_rows, _rows()))):
		for kept, about in ((_VERSION, "ref_doctype"), (_DELETED, "deleted_doctype")):
			for name, content in _kept(kept, {about: doctype}):
				if leave_out_of_version(content, doctype) if kept == _VERSION else leave_out(content):
					frappe.db.set_value(kept, name, "data", _as_json(content), update_modified=False)
	copied_fields.withdraw_from_all_deleted()


def _rows() -> list[str]:
	return [*(rows for rows, _link in copied_fields.ROWS.values()), _TITLED]


def _kept(doctype: str, of: dict) -> Iterator[tuple[str, dict]]:
	last = ""
	while names := frappe.get_all(
		doctype, {**of, "name": (">", last)}, pluck="name", order_by="name asc", limit=_AT_ONCE
	):
		last = names[-1]
		for row in frappe.get_all(doctype, {"name": ("in", names)}, ["name", "data"], order_by=None):
			yield row.name, deleted_content.kept_content(row.data)


def _as_json(content: dict) -> str:
	return frappe.as_json(content, indent=None, separators=(",", ":"))


class CopiesLeftOut:
	"""Frappe's Deleted Document."""

	def db_insert(self, *args, **kwargs):
		if any(f'"{rows}"' in (self.data or "") for rows in _rows()):
			content = deleted_content.kept_content(self.data)
			if leave_out(content):
				self.data = frappe.as_json(content)
		return super().db_insert(*args, **kwargs)
