"""Messages, meetings and calls without an interaction are as confidential as the Issues, Leads and Opportunities that they are
about (P-2), and stay so when they leave them: when they are moved, or when the document is deleted.
"""

from collections.abc import Iterable, Iterator

import frappe

from client_comms.enforcement import documents, policy, source_doctypes
from client_comms.enforcement.readers import Reader, among, either, literal, of_row, there_is
from client_comms.rules import access

COMMUNICATION, EVENT, CALL = "Communication", "Event", "Call Log"
_BINDING = ("client_interaction", "confidentiality_level")
# The fields that name what a document is about, of Frappe and in the same way of other apps.
_FIELDS = {EVENT: ("reference_doctype", "reference_docname")}
_USUAL_FIELDS = ("reference_doctype", "reference_name")
_LINKS = ("Dynamic Link", "links", "link_doctype", "link_name")
# The tables whose rows do: DocType of the rows, field with them, and their two fields.
_TABLES = {
	EVENT: (("Event Participants", "event_participants", "reference_doctype", "reference_docname"), _LINKS),
	CALL: (_LINKS,),
}
Document = tuple[str, str]  # DocType and name


# --- who can read them ------------------------------------------------------------------------------


def records(doctype: str, name: str, *, lasting: bool = False) -> Iterator[list[access.Record]]:
	"""Of each governed document that a record is about, the facts of which one has to allow it."""
	for about in _governed(_stored(doctype, name)):
		if facts := list(documents.records(*about, lasting=lasting)):
			yield facts


def condition(doctype: str, reader: Reader) -> str:
	"""Condition: a record is not about a document that the user cannot read."""
	hidden = {
		document: restricted
		for document in documents.SETTING
		if (restricted := documents.condition(reader, document))
	}
	if not hidden:
		return "1"
	branches = []
	if fields := _fields(doctype):
		branches += _names_hidden(doctype, *fields, hidden)
	for rows, _table, kind, named in _TABLES.get(doctype, ()):
		own = f"`tab{rows}`.`parent` = `tab{doctype}`.`name` and `tab{rows}`.`parenttype` = '{doctype}'"
		of_kind = among(f"`tab{rows}`.`{kind}`", hidden)
		found = either(_names_hidden(rows, kind, named, hidden))
		branches.append(there_is(f"select 1 from `tab{rows}` where {own} and {of_kind} and {found}"))
	return f"(not ifnull({either(branches)}, 0))" if branches else "1"


def _names_hidden(rows: str, kind: str, named: str, hidden: dict[str, str]) -> list[str]:
	kind, named = f"`tab{rows}`.`{kind}`", f"`tab{rows}`.`{named}`"
	return [
		f"({kind} = {literal(document)} and not {of_row(document, named, restricted, missing='1')})"
		for document, restricted in hidden.items()
	]


# --- that they stay so ------------------------------------------------------------------------------


def level_of(doctype: str, name: str) -> str | None:
	"""The level that decides who can read a record: its own, that of its interaction, or the strictest of the documents that it is
	about."""
	interaction, own = frappe.db.get_value(doctype, name, _BINDING) or (None, None)
	return _strictest(
		[(documents.INTERACTION, interaction)] if interaction else _governed(_stored(doctype, name)), own
	)


def keep_level(doctype: str, name: str, level: str | None) -> None:
	"""Give a record that was moved the level that it had, if the place where it is now is less confidential."""
	if level and is_lower(level_of(doctype, name), level):
		frappe.db.set_value(doctype, name, "confidentiality_level", level, update_modified=False)


def keep_when_moved(doc, method=None) -> None:
	"""`before_save` of a record that is filed under another document by a change of its fields or rows."""
	before = doc.get_doc_before_save()
	if before is None or doc.get("client_interaction") or {*_named_in(before)} <= {*_named_in(doc)}:
		return
	own = doc.get("confidentiality_level")
	level = _strictest(_governed(_named_in(before)), own)
	if level and is_lower(_strictest(_governed(_named_in(doc)), own), level):
		doc.confidentiality_level = level


def is_lower(there: str | None, level: str) -> bool:
	"""Whether a place is less confidential than what is moved to it."""
	rank = policy.current().rank
	return not there or rank(there) < rank(level)


def keep_when_deleted(doc, method=None) -> None:
	"""`on_trash` of a document with a level, after which Frappe files its messages under nothing, and what names it names nothing."""
	level = documents.is_governed(doc.doctype) and frappe.db.get_value(
		doc.doctype, doc.name, "confidentiality_level"
	)
	if not level:
		return
	for doctype in (COMMUNICATION, EVENT, CALL, *source_doctypes.active()):
		free = {"name": ("in", [*_all_naming(doctype, doc), ""]), "client_interaction": ("is", "not set")}
		for name in frappe.get_all(doctype, free, pluck="name", order_by=None):
			# Of several documents that it names, the strictest counts.
			strictest = level_of(doctype, name)
			frappe.db.set_value(doctype, name, "confidentiality_level", strictest, update_modified=False)


def _all_naming(doctype: str, doc) -> list[str]:
	"""The records of a DocType that name a document in a field or a row."""
	names = []
	if fields := _fields(doctype):
		filed = dict(zip(fields, (doc.doctype, doc.name), strict=True))
		names += frappe.get_all(doctype, filed, pluck="name", order_by=None)
	for rows, _table, kind, named in _TABLES.get(doctype, ()):
		naming = {"parenttype": doctype, kind: doc.doctype, named: doc.name}
		names += frappe.get_all(rows, naming, pluck="parent", order_by=None)
	return names


# --- what they are about ----------------------------------------------------------------------------


def _fields(doctype: str) -> tuple[str, str] | None:
	fields = _FIELDS.get(doctype, _USUAL_FIELDS)
	return fields if all(map(frappe.get_meta(doctype).has_field, fields)) else None


def _named_in(doc) -> list[Document]:
	"""The documents that a record names, as it is in memory."""
	named = [doc.get(field) for field in _fields(doc.doctype) or ()]
	rows = [
		(row.get(kind), row.get(name))
		for _rows, table, kind, name in _TABLES.get(doc.doctype, ())
		for row in doc.get(table) or ()
	]
	return [tuple(each) for each in (named, *rows) if each and all(each)]


def _stored(doctype: str, name: str) -> list[Document]:
	"""The documents that a record names in the database."""
	fields = _fields(doctype)
	found = [frappe.db.get_value(doctype, name, fields)] if fields else []
	for rows, _table, kind, named in _TABLES.get(doctype, ()):
		of_this = {"parenttype": doctype, "parent": name}
		found += frappe.get_all(rows, of_this, [kind, named], as_list=True, order_by=None)
	return [tuple(each) for each in found if each and all(each)]


def _governed(named: Iterable[Document]) -> list[Document]:
	return [about for about in dict.fromkeys(named) if documents.is_governed(about[0])]


def _strictest(named: Iterable[Document], own: str | None = None) -> str | None:
	levels = [own, *(frappe.db.get_value(*about, "confidentiality_level") for about in named)]
	return max(filter(None, levels), key=policy.current().rank, default=None)
