"""Messages, meetings and calls without an interaction are as confidential as the Issues, Leads and Opportunities that they are
about (P-2), and stay so when they leave them: when they are moved, or when the document is deleted.
"""

from collections.abc import Collection, Iterable, Iterator

import frappe

from client_comms.enforcement import documents, policy, source_doctypes
from client_comms.enforcement.readers import Reader
from client_comms.enforcement.row_conditions import among, either, there_is
from client_comms.rules import access

COMMUNICATION, EVENT, CALL = "Communication", "Event", "Call Log"
BINDING = ("client_interaction", "confidentiality_level")
# Of a message, the document that it is about if it is filed under something that belongs to that document (`places`).
ABOUT = ("about_doctype", "about_name")
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
	for about in _governed(stored(doctype, name)):
		if facts := list(documents.records(*about, lasting=lasting)):
			yield facts


def condition(doctype: str, reader: Reader) -> str:
	"""Condition: a record is not about a document that the user cannot read."""
	branches = []
	if fields := fields_of(doctype):
		branches.append(_name_hidden(*_columns(doctype, *fields), reader))
	for rows, _table, kind, named in _TABLES.get(doctype, ()):
		own = f"`tab{rows}`.`parent` = `tab{doctype}`.`name` and `tab{rows}`.`parenttype` = '{doctype}'"
		found = _name_hidden(f"`tab{rows}`.`{kind}`", f"`tab{rows}`.`{named}`", reader)
		branches.append(found and there_is(f"select 1 from `tab{rows}` where {own} and {found}"))
	restricting = list(filter(None, branches))
	return f"(not ifnull({either(restricting)}, 0))" if restricting else "1"


def _columns(doctype: str, kind: str, named: str) -> tuple[str, str]:
	"""The columns that name what a row is about: the document under which it is filed, or else the one to which that belongs."""
	table = f"`tab{doctype}`"
	if not has_about(doctype):
		return f"{table}.`{kind}`", f"{table}.`{named}`"
	itself = among(f"{table}.`{kind}`", documents.SETTING)
	kind, named = (
		f"if({itself}, {table}.`{direct}`, {table}.`{noted}`)"
		for direct, noted in zip((kind, named), ABOUT, strict=True)
	)
	return kind, named


def _name_hidden(kind: str, named: str, reader: Reader) -> str:
	"""Whether two columns name a document that the user cannot read; empty if they can read all."""
	readable = documents.of_named(kind, named, reader, missing="1")
	return (
		readable
		and f"({among(kind, [*filter(documents.is_governed, documents.SETTING)])} and not {readable})"
	)


# --- that they stay so ------------------------------------------------------------------------------


def level_of(doctype: str, name: str) -> str | None:
	"""The level that decides who can read a record: its own, that of its interaction, or the strictest of the documents that it is
	about."""
	interaction, own = frappe.db.get_value(doctype, name, BINDING) or (None, None)
	return _strictest(
		[(documents.INTERACTION, interaction)] if interaction else _governed(stored(doctype, name)), own
	)


def levels(doctype: str, names: Collection[str]) -> list[tuple[str, str]]:
	"""The level of each governed document that one of the records is about: [(name of the record, level)]. One query."""
	named = [("name", doctype, "1 = 1", *pair) for pair in _pairs(doctype)]
	of_this = f"record.parenttype = '{doctype}'"
	named += [("parent", rows, of_this, kind, name) for rows, _table, kind, name in _TABLES.get(doctype, ())]
	queries = [
		f"""select record.`{record}`, about.confidentiality_level
		from `tab{table}` record join `tab{about}` about on about.name = record.`{name}`
		where {among(f"record.`{record}`", names)} and record.`{kind}` = '{about}' and {further}
		and about.confidentiality_level != ''"""
		for about in filter(documents.is_governed, documents.SETTING)
		for record, table, further, kind, name in named
	]
	# nosemgrep: frappe-sql-format-injection (tables and columns of this module, and escaped names)
	return [*frappe.db.sql(" union all ".join(queries))] if names and queries else []


def keep_level(doctype: str, name: str, level: str | None) -> None:
	"""Give a record that was moved the level that it had, if the place where it is now is less confidential."""
	if level and is_lower(level_of(doctype, name), level):
		frappe.db.set_value(doctype, name, "confidentiality_level", level, update_modified=False)


def keep_when_moved(doc, method=None) -> None:
	"""`before_save` of a record that is filed under another document by a change of its fields or rows."""
	before = doc.get_doc_before_save()
	if before is None or doc.get("client_interaction") or {*named_in(before)} <= {*named_in(doc)}:
		return
	own = doc.get("confidentiality_level")
	level = _strictest(_governed(named_in(before)), own)
	if level and is_lower(_strictest(_governed(named_in(doc)), own), level):
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
		naming = all_naming(doctype, doc.doctype, doc.name)
		free = {"name": ("in", [*naming, ""]), "client_interaction": ("is", "not set")}
		for name in frappe.get_all(doctype, free, pluck="name", order_by=None):
			# Of several documents that it names, the strictest counts.
			strictest = level_of(doctype, name)
			frappe.db.set_value(doctype, name, "confidentiality_level", strictest, update_modified=False)


def keep_in_deleted(doc, method=None) -> None:
	"""`on_trash` of a record without an interaction: Frappe keeps its content, which says no more who could read it than what the record was about
	does at that time."""
	if not doc.get("client_interaction"):
		doc.confidentiality_level = level_of(doc.doctype, doc.name)


def level_when_deleted(doctype: str, content: dict) -> str | None:
	"""The level that the content of a deleted record lacks, by what it names or was made of."""
	if any(content.get(field) for field in BINDING):
		return None
	if doctype not in documents.SETTING:
		return _strictest(_governed(named_in(frappe._dict(content, doctype=doctype))))
	made_of = [
		(origin, content.get(named))
		for origin, (made, further, named) in documents.MADE_OF.items()
		if made == doctype and isinstance(content.get(named), str) and further.items() <= content.items()
	]
	return _strictest(_governed(made_of))


def conversations_of(*document: str) -> set[str]:
	"""The interactions to which messages, meetings and calls belong that are filed under a document, or about it."""
	found = set()
	for doctype in (COMMUNICATION, EVENT, CALL, *source_doctypes.active()):
		bound = {"name": ("in", [*all_naming(doctype, *document), ""]), "client_interaction": ("is", "set")}
		found |= {*frappe.get_all(doctype, bound, pluck="client_interaction", order_by=None)}
	return {
		*frappe.get_all(documents.INTERACTION, {"name": ("in", [*found, ""])}, pluck="name", order_by=None)
	}


def all_naming(doctype: str, about: str, name: str) -> list[str]:
	"""The records of a DocType that name a document in a field or a row."""
	names = []
	for fields in _pairs(doctype):
		filed = dict(zip(fields, (about, name), strict=True))
		names += frappe.get_all(doctype, filed, pluck="name", order_by=None)
	for rows, _table, kind, named in _TABLES.get(doctype, ()):
		naming = {"parenttype": doctype, kind: about, named: name}
		names += frappe.get_all(rows, naming, pluck="parent", order_by=None)
	return names


# --- what they are about ----------------------------------------------------------------------------


def fields_of(doctype: str) -> tuple[str, str] | None:
	"""The fields that name the document under which a record is filed; None if it has none."""
	fields = _FIELDS.get(doctype, _USUAL_FIELDS)
	return fields if all(map(frappe.get_meta(doctype).has_field, fields)) else None


def has_about(doctype: str) -> bool:
	"""Whether the document that a record is about can be noted in it."""
	return doctype == COMMUNICATION and frappe.get_meta(doctype).has_field(ABOUT[1])


def _pairs(doctype: str) -> list[tuple[str, str]]:
	"""The pairs of fields that name a document."""
	return [*filter(None, (fields_of(doctype), ABOUT if has_about(doctype) else None))]


def named_in(doc, *, noted: bool = True) -> list[Document]:
	"""The documents that a record names, as it is in memory.

	:param noted: with the document that is noted as the one that it is about (`ABOUT`)
	"""
	pairs = [pair for pair in _pairs(doc.doctype) if noted or pair != ABOUT]
	named = [tuple(map(doc.get, pair)) for pair in pairs]
	rows = [
		(row.get(kind), row.get(name))
		for _rows, table, kind, name in _TABLES.get(doc.doctype, ())
		for row in doc.get(table) or ()
	]
	return [each for each in (*named, *rows) if all(each)]


def stored(doctype: str, name: str) -> list[Document]:
	"""The documents that a record names in the database."""
	found = [frappe.db.get_value(doctype, name, pair) or () for pair in _pairs(doctype)]
	for rows, _table, kind, named in _TABLES.get(doctype, ()):
		of_this = {"parenttype": doctype, "parent": name}
		found += frappe.get_all(rows, of_this, [kind, named], as_list=True, order_by=None)
	return [tuple(each) for each in found if each and all(each)]


def _governed(named: Iterable[Document]) -> list[Document]:
	return [about for about in dict.fromkeys(named) if documents.is_governed(about[0])]


def _strictest(named: Iterable[Document], own: str | None = None) -> str | None:
	levels = [own, *(frappe.db.get_value(*about, "confidentiality_level") for about in named)]
	return policy.current().strictest_of(*levels)
