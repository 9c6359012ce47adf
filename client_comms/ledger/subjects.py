"""The documents whose every state is on the ledger, and what they say now (P-2, R-3).

A state is field → value as text, with the rows of a table as a list of such. Reading costs one query for a chunk of documents
and one for each of their tables.
"""

from collections.abc import Iterable, Mapping

import frappe
from frappe.model import no_value_fields, table_fields
from frappe.utils import cint, cstr, flt

from client_comms.filters import one_of

USER = "User"
LEVEL_FIELD = "confidentiality_level"
# DocType → fields that are not part of the state: they follow from others, or the app keeps them without anyone's doing.
SUBJECTS: Mapping[str, frozenset[str]] = {
	"Client Comms Settings": frozenset(),
	"Confidentiality Level": frozenset(),
	"Communication Matrix": frozenset({"last_reminded_on"}),
	"Client Consent": frozenset({"status", "party_name", "notice_text"}),
	"Client Disclosure": frozenset({"party_name"}),
	"Data Subject Request": frozenset({"party_name"}),
	"Interaction Access Grant": frozenset(),
	"Legal Hold": frozenset({"party_name"}),
	"Processing Restriction": frozenset({"party_name"}),
	"SOP Training Record": frozenset({"full_name"}),
	"Staff Absence": frozenset({"full_name"}),
	"Third Party": frozenset({"notes"}),
	"Ledger Witness": frozenset(
		{"delivered_up_to", "delivered_on", "tried_on", "last_error", "cosigned_up_to"}
	),
}
# Documents of which the ledger knows only the level, from when it was changed.
WITH_LEVEL = ("Client Interaction", "Issue", "Lead", "Opportunity")
_NUMBERS = {"Check": cint, "Int": cint, "Float": flt, "Percent": flt, "Currency": flt}
_NEVER = ("Password", "Button")

State = dict[str, object]


def have_states(doctype: str) -> bool:
	"""Whether the ledger knows what documents of this DocType say."""
	return doctype in SUBJECTS or doctype in WITH_LEVEL or doctype == USER


def states(doctype: str, names: Iterable[str]) -> dict[str, State]:
	"""Document → what it says now, for those that exist."""
	names = list(names)
	if doctype == USER:
		return _roles(names)
	if doctype in WITH_LEVEL:
		return _levels(doctype, names)
	meta = frappe.get_meta(doctype)
	fields = _fields(meta, SUBJECTS[doctype])
	if meta.issingle:
		stored = dict(frappe.db.sql("select field, value from `tabSingles` where doctype = %s", doctype))
		found = {doctype: _as_text(stored, fields)} if stored else {}
	else:
		rows = frappe.get_all(
			doctype, {"name": ("in", names)}, ["name", "docstatus", *fields], order_by="name asc"
		)
		found = {row.name: {"docstatus": cstr(row.docstatus), **_as_text(row, fields)} for row in rows}
	for table in meta.get_table_fields():
		if table.fieldname not in SUBJECTS[doctype]:
			_add_rows(found, doctype, table)
	return found


def _fields(meta, left_out: Iterable[str] = ()) -> dict[str, str]:
	"""Field → its type, of the fields with a column."""
	return {
		df.fieldname: df.fieldtype
		for df in meta.fields
		if df.fieldtype not in (*no_value_fields, *table_fields, *_NEVER)
		and not df.get("is_virtual")
		and df.fieldname not in left_out
	}


def _as_text(row: Mapping[str, object], fields: Mapping[str, str]) -> State:
	return {
		field: cstr(_NUMBERS[kind](row.get(field)) if kind in _NUMBERS else row.get(field))
		for field, kind in fields.items()
	}


def _add_rows(found: dict[str, State], doctype: str, table) -> None:
	fields = _fields(frappe.get_meta(table.options))
	for state in found.values():
		state[table.fieldname] = []
	for row in frappe.get_all(
		table.options,
		{"parenttype": doctype, "parentfield": table.fieldname, "parent": one_of(found)},
		["parent", *fields],
		order_by="parent asc, idx asc",
	):
		found[row.parent][table.fieldname].append(_as_text(row, fields))


def are_linked_to(doctype: str, name: str) -> bool:
	"""Whether subjects can name this document."""
	for subject in SUBJECTS:
		meta = frappe.get_meta(subject)
		metas = (meta, *(frappe.get_meta(table.options) for table in meta.get_table_fields()))
		if any(df.options == doctype for each in metas for df in each.get_link_fields()):
			return True
		if any(
			frappe.db.exists(subject, {df.options: doctype, df.fieldname: name})
			for df in meta.get_dynamic_link_fields()
		):
			return True
	return False


def _levels(doctype: str, names: list[str]) -> dict[str, State]:
	if not frappe.db.has_column(doctype, LEVEL_FIELD):
		return {}
	rows = frappe.get_all(doctype, {"name": ("in", names)}, ["name", LEVEL_FIELD], order_by="name asc")
	return {row.name: {LEVEL_FIELD: cstr(row[LEVEL_FIELD])} for row in rows}


# --- roles -------------------------------------------------------------------------------------


def clearance_roles() -> set[str]:
	"""The roles that have clearance at any level."""
	return set(frappe.get_all("Level Clearance", {"parenttype": "Confidentiality Level"}, pluck="role"))


def users_with_clearance(roles: Iterable[str] | None = None) -> list[str]:
	"""The users who hold one of these roles; by default of all that have clearance."""
	held = {"parenttype": USER, "role": one_of(clearance_roles() if roles is None else roles)}
	return sorted(set(frappe.get_all("Has Role", held, pluck="parent")))


def _roles(names: list[str]) -> dict[str, State]:
	found: dict[str, State] = {
		row.name: {"enabled": cstr(cint(row.enabled)), "roles": []}
		for row in frappe.get_all(USER, {"name": ("in", names)}, ["name", "enabled"], order_by="name asc")
	}
	for row in frappe.get_all(
		"Has Role",
		{"parenttype": USER, "parent": one_of(found)},
		["parent", "role"],
		order_by="parent asc, role asc",
	):
		found[row.parent]["roles"].append(row.role)
	return found
