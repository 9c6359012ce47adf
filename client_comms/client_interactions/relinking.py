"""Everything that names an interaction names another one from now on, and becomes as confidential as that (D-1, P-2).

Link fields, also those of other apps, are found as Frappe finds them for a rename. What gives access to single people does not
follow: shares, follows and grants were given for one conversation, not for what it is put together with.
"""

from collections.abc import Iterator

import frappe
from frappe.model.dynamic_links import get_dynamic_link_map
from frappe.model.rename_doc import get_link_fields
from frappe.utils import create_batch

from client_comms import clock, ledger
from client_comms.enforcement import governed, legal_holds
from client_comms.enforcement.registry import OWNER_FIELDS
from client_comms.ledger import subjects

INTERACTION = governed.INTERACTION
_ACCESS = ("DocShare", "Document Share Key", "Document Follow")
# Those of the dynamic links that matter most, because what Frappe remembers of them may be out of date.
_NAMING = (
	("Communication", "reference_doctype", "reference_name"),
	("Communication Link", "link_doctype", "link_name"),
	("Dynamic Link", "link_doctype", "link_name"),
	("Event", "reference_doctype", "reference_docname"),
	("Event Participants", "reference_doctype", "reference_docname"),
	("Interaction Evidence", "reference_doctype", "reference_name"),
	("Legal Hold", "on_doctype", "on_name"),
)
_LISTS = ("_assign", "_liked_by")  # columns with a JSON list of users
_CHUNK = 500
_OWN_ROWS = ("Interaction Event",)  # moved by those who merge, with what they know about them


def end_access(name: str) -> None:
	"""Shares and follows of an interaction end, and so do grants that are still valid."""
	for doctype in _ACCESS:
		frappe.db.delete(doctype, {"name": ("in", [*_rows(doctype, *OWNER_FIELDS[doctype], name), ""])})
	now = clock.now()
	grants = frappe.get_all(
		governed.GRANT,
		{"interaction": name, "valid_until": (">", now)},
		pluck="name",
		order_by="name asc",
	)
	if grants:
		frappe.db.set_value(governed.GRANT, {"name": ("in", grants)}, "valid_until", now)
		ledger.record_states(governed.GRANT, grants)


def follow(old: str, new: str) -> None:
	"""Everything that named the interaction `old` names `new`; some statements for each field, whatever the number of records."""
	holds = [hold for hold in legal_holds.active().values() if hold.on == (INTERACTION, old)]
	recorded: dict[str, list[str]] = {}
	for doctype, type_field, field in (*_links(), *_dynamic_links()):
		names = _rows(doctype, type_field, field, old)
		if not type_field and doctype in subjects.SUBJECTS:
			recorded.setdefault(doctype, []).extend(names)
		for chunk in create_batch(names, _CHUNK):
			frappe.db.set_value(doctype, {"name": ("in", chunk)}, field, new, update_modified=False)
	_join_columns(old, new)
	for doctype, names in recorded.items():
		ledger.record_states(doctype, names)
	legal_holds.clear_cache()
	for hold in holds:
		ledger.record(ledger.HOLD, INTERACTION, new, None, rule=hold.name, changes={"on_name": [old, new]})


def _rows(doctype: str, type_field: str | None, field: str, name: str) -> list[str]:
	"""The rows that name the interaction, to be changed by their own names.

	MariaDB locks every row that it reads for a change. So only rows that an index finds are locked, as they were committed last;
	elsewhere, rows are found without a lock, or all of the table would wait for the merger.
	"""
	where = {field: name, **({type_field: INTERACTION} if type_field else {})}
	indexed = _is_indexed(doctype, type_field, field)
	return frappe.db.get_values(doctype, where, "name", order_by="name asc", for_update=indexed, pluck=True)


def _is_indexed(doctype: str, type_field: str | None, field: str) -> bool:
	"""Whether an index begins with the field, or with the field for the DocType before it."""
	# nosemgrep: frappe-sql-format-injection (a DocType of the site)
	rows = frappe.db.sql(f"show index from `tab{doctype}`", as_dict=True)
	columns: dict[str, dict[int, str]] = {}
	for row in rows:
		columns.setdefault(row.Key_name, {})[row.Seq_in_index] = row.Column_name
	return any(
		each[1] == field or (type_field is not None and (each[1], each.get(2)) == (type_field, field))
		for each in columns.values()
	)


def _links() -> Iterator[tuple[str, None, str]]:
	for field in get_link_fields(INTERACTION):
		if not field.get("issingle") and frappe.db.table_exists(field["parent"]):
			yield field["parent"], None, field["fieldname"]


def _dynamic_links() -> list[tuple[str, str, str]]:
	known = {(doctype, *fields) for doctype, fields in OWNER_FIELDS.items()} | set(_NAMING)
	for field in get_dynamic_link_map().get(INTERACTION, ()):
		known.add((field.parent, field.options, field.fieldname))
	return sorted(
		each
		for each in known
		if each[0] not in _OWN_ROWS
		and frappe.db.table_exists(each[0])
		and not frappe.get_meta(each[0]).issingle
		and set(each[1:]) <= set(frappe.get_meta(each[0]).get_valid_columns())
	)


def _join_columns(old: str, new: str) -> None:
	"""The assignees, likes and tags of both."""
	rows = {name: frappe.db.get_value(INTERACTION, name, [*_LISTS, "_user_tags"]) for name in (old, new)}
	*lists, tags = zip(rows[new], rows[old], strict=True)
	joined = {
		column: frappe.as_json(
			list(dict.fromkeys(user for each in both if each for user in frappe.parse_json(each))),
			indent=None,
		)
		for column, both in zip(_LISTS, lists, strict=True)
		if any(both)
	}
	if any(tags):
		found = dict.fromkeys(tag for each in tags if each for tag in each.split(",") if tag)
		joined["_user_tags"] = "".join(f",{tag}" for tag in found)
	if joined:
		frappe.db.set_value(INTERACTION, new, joined, update_modified=False)
