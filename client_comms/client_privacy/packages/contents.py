"""What goes into the copy of a client's data: the records of the data map, without what is about other people (P-2)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.model import no_value_fields
from frappe.utils import cstr

from client_comms.client_privacy.erasure.records import TEXTS
from client_comms.client_privacy.requests import data_map, shared_names, subjects
from client_comms.clients import phone_numbers
from client_comms.clients.parties import PARTY_TYPES
from client_comms.enforcement import governed
from client_comms.enforcement.data_packages import PACKAGE
from client_comms.rules import file_names, html_text, other_people

ITEM, FILE, COMMENT, REQUEST = "Data Package Item", "File", "Comment", "Data Subject Request"
WAITING, INCLUDED, LEFT_OUT, FAILED = "Waiting", "Included", "Left Out", "Failed"
PORTABILITY = "Portability"
PLACE_OF_FILE = ("attached_to_doctype", "attached_to_name")
_PERSONS = frozenset((*PARTY_TYPES, "Address", "Contact", "Employee", "Sales Person"))
_HIDDEN_LEVEL = 9  # fields with secrets
_NOT_DATA = frozenset((*no_value_fields, "Password", "Button", "Table", "Table MultiSelect"))
# What an account says of the person; the rest of a User is about logging in.
_OF_USER = frozenset(
	(
		"email",
		"first_name",
		"last_name",
		"full_name",
		"phone",
		"mobile_no",
		"language",
		"birth_date",
		"gender",
	)
)
# What machines note for themselves; a message has its text in `content` as well.
_OF_MACHINES = {
	"Communication": frozenset(("in_reply_to", "message_id", "text_content", "uid")),
	"Interaction Event": frozenset(("action_key", "carried", "judged", "merged_from")),
}
_CHUNK_OF_NAMES = 2000
_ADMINISTRATOR = "Administrator"


@dataclass(slots=True)
class Record:
	"""A record as the client gets it: `values` by field, rows of tables as lists of the same; `masked`: field → how many things in it
	were left out; `level` is that of the record, None if it is not governed; `reason`: why the client does not get it."""

	values: dict
	masked: dict[str, int] = field(default_factory=dict)
	level: str | None = None
	reason: str | None = None


# --- which records -------------------------------------------------------------------------------


def plan(subject: subjects.Subject, right: str) -> Iterator[dict]:
	"""Every record about the client, and those that stay out, with the reason: `{"reference_doctype", "reference_name", "state",
	"reason"}`."""
	for doctype in data_map.MASTERS:
		yield from items(doctype, subject.records.get(doctype, ()))
	for doctype, is_portable in _kinds():
		names = data_map.rows(doctype, subject)
		others = data_map.of_others(doctype, names, subject)
		others -= data_map.of_own_contact(doctype, sorted(others), subject)
		own = [name for name in names if name not in others]
		why = _("Belongs to another client, and this one only appears in it")
		yield from left_out(doctype, sorted(others), why)
		if doctype == governed.PHYSICAL_FILE:
			yield from left_out(doctype, own, _("On paper: ask us for a copy of it"))
		elif right == PORTABILITY and not is_portable:
			why = _("Not received from the client under a contract or with consent (GDPR Art. 20)")
			yield from left_out(doctype, own, why)
		else:
			yield from items(doctype, own)
	for doctype in PARTY_TYPES:
		for other, names in data_map.unmapped_links(doctype, subject.records.get(doctype, ())):
			yield from left_out(other, names, _("Not in the data map: answer about it by hand"))


def _kinds() -> Iterator[tuple[str, bool]]:
	"""DocTypes with whether they are portable: those of the data map, except for copies; paper files, and the client's requests. A legal
	hold is kept from those whom it may be about."""
	yield from ((entry.doctype, entry.portable) for entry in data_map.entries() if entry.doctype != PACKAGE)
	yield from ((governed.PHYSICAL_FILE, False), (REQUEST, False))


def items(
	doctype: str, names: Iterable[str], state: str = WAITING, reason: str | None = None
) -> Iterator[dict]:
	"""Items for `runs`."""
	for name in names:
		yield {"reference_doctype": doctype, "reference_name": name, "state": state, "reason": reason}


def left_out(doctype: str, names: Collection[str], reason: str) -> Iterator[dict]:
	"""Items for records that stay out, and for their files."""
	yield from items(doctype, names, LEFT_OUT, reason)
	if names:
		yield from items(FILE, files_of(doctype, names), LEFT_OUT, reason)


def files_of(doctype: str, names: Collection[str]) -> list[str]:
	"""The files attached to records."""
	attached = {"attached_to_doctype": doctype, "attached_to_name": ("in", list(names)), "is_folder": 0}
	return frappe.get_all(FILE, attached, pluck="name", order_by="creation asc, name asc")


# --- reading them --------------------------------------------------------------------------------


class Reading:
	"""Reads records for one client, some at a time; what is about other people is replaced."""

	def __init__(self, subject: subjects.Subject):
		self.subject = subject
		mailboxes = frappe.get_all("Email Account", pluck="email_id", order_by=None)
		named = {name for names in subject.records.values() for name in names}
		named |= {each for names in subject.organisations.values() for pair in names.items() for each in pair}
		self.own = other_people.Own.of(
			{*subject.markers, *subject.shared_names, *named, *_full_names(subject)} - {""},
			{*subject.addresses, *map(cstr, mailboxes)},
		)

	def records(self, doctype: str, names: Collection[str]) -> dict[str, Record]:
		"""Those of the records that still exist; a number of queries for all of them."""
		meta = frappe.get_meta(doctype)
		rows = _rows(doctype, {"name": ("in", list(names))}, "name asc")
		tables = {df.fieldname: _children(df, doctype, names) for df in meta.get_table_fields()}
		comments = _comments(doctype, names)
		parts = [part for grouped in (*tables.values(), comments) for part in grouped.values()]
		masker = self._masker([*rows, *(row for part in parts for row in part)])
		levels = _levels(doctype, rows)
		found = {}
		for row in rows:
			record = Record({"doctype": doctype, "name": row.name, "creation": str(row.creation)})
			record.level = levels.get(row.name)
			record.values.update(self._values(meta, row, masker, record))
			for fieldname, children in tables.items():
				of_table = frappe.get_meta(meta.get_field(fieldname).options)
				own = children.get(row.name, ())
				if shown := [self._values(of_table, child, masker, record, fieldname) for child in own]:
					record.values[fieldname] = shown
			if remarks := comments.get(row.name):
				record.values["comments"] = [
					{
						"creation": str(each.creation),
						"content": self._text(each.content, masker, record, "comments"),
					}
					for each in remarks
				]
			found[row.name] = record
		return found

	def file_names(self, rows: Collection[dict]) -> dict[str, other_people.Masked]:
		"""The names of files without those of others, by the names of the rows.

		:param rows: `[{"name", "file_name"}]`
		"""
		masker, found = self._masker(rows), {}
		for row in rows:
			stem, ending = file_names.divided(row["file_name"] or "")
			masked = masker(stem)
			found[row["name"]] = other_people.Masked(f"{masked.text}{ending}", masked.count)
		return found

	def _masker(self, rows: Iterable[dict]) -> other_people.Masker:
		return other_people.Masker(
			self.own, self._names_in(rows), _("[another person]"), phone_numbers.is_national
		)

	def _values(self, meta, row, masker, record: Record, table: str | None = None) -> dict:
		values = {}
		for df in meta.fields:
			value = row.get(df.fieldname)
			if meta.name == governed.COMMUNICATION and df.fieldname == "content":
				value = html_text.of_message(value, row.get("text_content"))
			if value in (None, "") or not _is_shown(meta, df):
				continue
			where = table or df.fieldname
			if df.fieldtype in ("Link", "Dynamic Link"):
				kind = df.options if df.fieldtype == "Link" else row.get(df.options)
				if self._is_of_others(kind, value):
					_count(record, where)
					value = masker.replacement
			elif df.fieldtype in TEXTS:
				value = self._text(value, masker, record, where)
			elif not isinstance(value, int | float):
				value = str(value)
			values[df.fieldname] = value
		return values

	def _is_of_others(self, doctype: str | None, name: str) -> bool:
		if doctype not in _PERSONS and doctype != "User":
			return False
		own = (self.subject.records, self.subject.organisations)
		return not any(name in records.get(doctype, ()) for records in own)

	def _text(self, value, masker, record: Record, where: str) -> str:
		if value == _ADMINISTRATOR:  # in fields that name a user as text; of others it is an address
			_count(record, where)
			return masker.replacement
		masked = masker(html_text.plain(cstr(value)))
		_count(record, where, masked.count)
		return masked.text

	def _names_in(self, rows: Iterable[dict]) -> set[str]:
		"""Names of people known to the site that may occur in rows, in lower case."""
		possible: set[str] = set()
		for row in rows:
			for value in row.values():
				if isinstance(value, str) and (" " in value or "_" in value):
					possible |= other_people.possible_names(html_text.plain(value))
		wanted = sorted(each for each in possible if each.casefold() not in self.own.names)
		found: set[str] = set()
		for start in range(0, len(wanted), _CHUNK_OF_NAMES):
			chunk = wanted[start : start + _CHUNK_OF_NAMES]
			for doctype, column in shared_names.NAMES_OF_PEOPLE:
				if frappe.db.has_column(doctype, column):
					found.update(
						frappe.get_all(doctype, {column: ("in", chunk)}, pluck=column, order_by=None)
					)
		return {each.casefold() for each in found} - self.own.names


def _rows(doctype: str, filters: dict, order: str) -> list:
	return frappe.get_all(doctype, filters, ["*"], order_by=order)


def _children(df, doctype: str, names: Collection[str]) -> dict[str, list]:
	of = {"parenttype": doctype, "parentfield": df.fieldname, "parent": ("in", list(names))}
	return _grouped(_rows(df.options, of, "parent asc, idx asc"), "parent")


def _comments(doctype: str, names: Collection[str]) -> dict[str, list]:
	about = {"reference_doctype": doctype, "reference_name": ("in", list(names)), "comment_type": COMMENT}
	fields = ["reference_name", "creation", "content"]
	return _grouped(frappe.get_all(COMMENT, about, fields, order_by="creation asc"), "reference_name")


def _grouped(rows: Iterable[dict], by: str) -> dict[str, list]:
	grouped: dict[str, list] = {}
	for row in rows:
		grouped.setdefault(row[by], []).append(row)
	return grouped


def _is_shown(meta, df) -> bool:
	if df.fieldtype in _NOT_DATA or df.is_virtual or df.permlevel == _HIDDEN_LEVEL:
		return False
	if df.fieldname == "naming_series" or df.fieldname.endswith("_hash"):
		return False
	if df.fieldname in _OF_MACHINES.get(meta.name, ()):
		return False
	return meta.name != "User" or df.fieldname in _OF_USER


def _count(record: Record, where: str, count: int = 1) -> None:
	if count:
		record.masked[where] = record.masked.get(where, 0) + count


def _levels(doctype: str, rows: list) -> dict[str, str]:
	"""The level of each governed record; a message without one has that of what it is filed under. A query per DocType."""
	found = governed.levels(doctype, [row.name for row in rows])
	if doctype != governed.COMMUNICATION:
		return found
	filed = _grouped((row for row in rows if row.name not in found), "reference_doctype")
	for owner, messages in filed.items():
		there = governed.levels(owner, {each.reference_name for each in messages}) if owner else {}
		found.update(
			{each.name: there[each.reference_name] for each in messages if each.reference_name in there}
		)
	return found


def _full_names(subject: subjects.Subject) -> set[str]:
	"""Every name of the client's own records, also those that others have as well."""
	found: set[str] = set()
	for doctype, column in shared_names.NAMES_OF_PEOPLE:
		if names := subject.records.get(doctype):
			found.update(
				filter(None, frappe.get_all(doctype, {"name": ("in", names)}, pluck=column, order_by=None))
			)
	return found
