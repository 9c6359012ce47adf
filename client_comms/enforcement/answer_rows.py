"""Rows of hidden records in an answer, which a method read by a query of its own: they are left out (P-2).

A query does not tell what it read, so a row is recognised in the answer: by its name, which is looked up in the tables that this app
guards, together with a value that the record has under the same key. Of messages in a timeline that another app read through
Frappe it is known what they are, so that they are recognised without a name as well. The rest of the answer stays, as in a timeline:
withheld as a whole, the answer to a search would tell that a hidden message contains the word.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import chain

import frappe
from frappe.desk.form.load import get_communication_data
from frappe.utils import create_batch

from client_comms.enforcement import guards

_TEXT_FIELDS = ("HTML Editor", "Long Text", "Markdown Editor", "Small Text", "Text", "Text Editor")
_TOLD_FIELDS = (*_TEXT_FIELDS, "Attach", "Attach Image", "Code", "Data", "Phone")
_FIELDS_CACHE = "client_comms_told_fields"
_DEPTH = 4
_AT_ONCE = 500  # names in a query
_TIMELINES, _SHOWN = "client_comms_timelines", 21  # entries that Frappe reads at first


@dataclass(frozen=True, slots=True)
class Hidden:
	"""A record that the session user cannot read: what it would tell by field, and which of these are texts."""

	doctype: str
	name: str
	told: dict[str, str]
	texts: frozenset[str]


def note_timeline(doctype: str, name: str) -> list:
	"""Hook `additional_timeline_content`: the messages of a document are being read."""
	if getattr(frappe.local, "request", None):
		frappe.local.flags.setdefault(_TIMELINES, set()).add((doctype, str(name)))
	return []


def forget_timeline(doctype: str | None, name: str | None) -> None:
	"""Its hidden messages were left out."""
	frappe.local.flags.get(_TIMELINES, set()).discard((doctype, str(name)))


def of(answer) -> list[dict]:
	"""The rows of lists in an answer that can be of a record which this app guards; does not query the database."""
	rows = [row for row in _rows(answer, _DEPTH) if not _is_named(row) or _can_be_held(row)]
	return rows if frappe.local.flags.get(_TIMELINES) else [row for row in rows if _is_named(row)]


def hidden(rows: list[dict], permitted: Collection[tuple[str, str]]) -> list[Hidden]:
	"""The records that the session user cannot read and of which there are rows.

	:param permitted: DocType and name of those that the answer may carry
	"""
	by_name = defaultdict(list)
	for row in rows:
		if _is_named(row):
			by_name[str(row["name"])].append(row)
	records = [
		record
		for doctype, names in _existing(by_name).items()
		for record in _unreadable(doctype, [name for name in names if (doctype, name) not in permitted])
		if any(_is_of(row, record) for row in by_name[record.name])
	]
	known = {record.name for record in records}
	for record in _of_timelines():
		if record.name not in known and any(_is_of(row, record) for row in rows):
			records.append(record)
	return records


def _of_timelines() -> list[Hidden]:
	names = {
		message.name
		for doctype, name in frappe.local.flags.get(_TIMELINES, ())
		for message in get_communication_data(
			doctype, name, limit=_SHOWN, fields="C.name, C.communication_date"
		)
	}
	return _unreadable("Communication", sorted(names)) if names else []


def without(body: str, records: list[Hidden]) -> str:
	"""The answer, as JSON, without the rows of these records."""
	by_name, by_text = defaultdict(list), defaultdict(list)
	for record in records:
		by_name[record.name].append(record)
		for field in record.texts & record.told.keys():
			by_text[field, record.told[field]].append(record)

	def is_hidden(row: dict) -> bool:
		alike = (pair for pair in _pairs(row).items() if isinstance(pair[1], str) and pair in by_text)
		found = chain(by_name.get(str(row.get("name")), ()), *(by_text[pair] for pair in alike))
		return any(_is_of(row, record) for record in found)

	return json.dumps(_without(json.loads(body), is_hidden), separators=(",", ":"))


def _rows(value, depth: int) -> Iterator[dict]:
	for each in value.values() if isinstance(value, dict) else value:
		if isinstance(each, dict | list | tuple):
			if isinstance(each, dict) and not isinstance(value, dict):
				yield each
			if depth:
				yield from _rows(each, depth - 1)


def _is_named(row: dict) -> bool:
	return isinstance(row.get("name"), str | int)


def _can_be_held(row: dict) -> bool:
	doctype = row.get("doctype")
	return not doctype or (isinstance(doctype, str) and guards.is_held(doctype))


def _existing(rows: dict[str, list[dict]]) -> dict[str, list[str]]:
	"""Which of the names are records of which guarded DocTypes; a query for some hundred names, none if no DocType has fields like the rows."""
	keys = {key for same in rows.values() for row in same for key in _pairs(row)}
	doctypes = [
		doctype
		for doctype, fields in frappe.cache.get_value(_FIELDS_CACHE, _told_fields).items()
		if "doctype" in keys or not keys.isdisjoint(fields)
	]
	found = defaultdict(list)
	for names in create_batch([*rows], _AT_ONCE) if doctypes else ():
		wanted = ", ".join(map(frappe.db.escape, names))
		for doctype, name in frappe.db.sql(  # nosemgrep: frappe-sql-format-injection (names are escaped)
			" union all ".join(
				f"select '{doctype}', cast(`name` as char) from `tab{doctype}` where `name` in ({wanted})"
				for doctype in doctypes
			)
		):
			if name in rows:
				found[doctype].append(name)
	return found


def _told_fields() -> dict[str, list[str]]:
	"""Guarded DocType → its fields that tell something. Kept until the cache is cleared; `_unreadable` asks for those of today."""
	existing = frappe.get_all("DocType", {"name": ("in", list(guards.held())), "issingle": 0}, pluck="name")
	return {doctype: list(_told_of(doctype)) for doctype in existing}


def _told_of(doctype: str) -> dict[str, bool]:
	"""The fields of a DocType that tell something, and whether each is a text."""
	return {
		field.fieldname: field.fieldtype in _TEXT_FIELDS
		for field in frappe.get_meta(doctype).fields
		if field.fieldtype in _TOLD_FIELDS and not field.get("is_virtual")
	}


def _unreadable(doctype: str, names: list[str]) -> list[Hidden]:
	if not (missing := set(names) - guards.readable(doctype, names)):
		return []
	fields = _told_of(doctype)
	texts = frozenset(field for field, is_text in fields.items() if is_text)
	stored = frappe.get_all(doctype, {"name": ("in", sorted(missing))}, ["name", *fields], order_by=None)
	return [
		Hidden(doctype, str(row.name), {field: row[field] for field in fields if row[field]}, texts)
		for row in stored
	]


def _is_of(row: dict, record: Hidden) -> bool:
	"""Whether a row names the record with its DocType, or with one of its values; without its name, whether it has two of these and no
	other text than the record: the messages of a thread have the same addresses and subject.
	"""
	pairs = _pairs(row)
	same = {field for field, told in record.told.items() if pairs.get(field) == told}
	if str(row.get("name")) == record.name and row.get("doctype") in (None, record.doctype):
		return bool(same or row.get("doctype"))
	texts = {field for field in record.texts if field in record.told and pairs.get(field)}
	return len(same) > 1 and bool(texts) and texts <= same


def _pairs(row: dict) -> dict:
	"""What a row says, also one level below."""
	below = [each for each in row.values() if isinstance(each, dict)]
	return {key: told for each in (*below, row) for key, told in each.items()}


def _without(value, is_hidden: Callable[[dict], bool]):
	if isinstance(value, dict):
		return {key: _without(each, is_hidden) for key, each in value.items()}
	if isinstance(value, list):
		return [
			_without(each, is_hidden) for each in value if not (isinstance(each, dict) and is_hidden(each))
		]
	return value
