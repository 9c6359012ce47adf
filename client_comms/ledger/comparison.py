"""Compares the documents whose states are on the ledger with what was recorded of them (P-2, R-3).

What a user with the rights of the database wrote past the app is found here: the ledger itself is whole then.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import frappe
from frappe import _
from frappe.model import table_fields

from client_comms.ledger import following, subjects
from client_comms.ledger.entries import ENTRY

ALTERED = "altered"
MISSING = "missing"
UNRECORDED = "unrecorded"
_USERS = 200  # at a time


def faults_of(rows: Iterable) -> Iterator[dict]:
	"""Of the documents that entries speak of: those whose last state is among these entries, and differs from what they say now."""
	named: dict[str, set[str]] = {}
	for row in rows:
		told = row.state or row.action == following.DELETED
		if row.reference_name and told and subjects.have_states(row.reference_doctype):
			named.setdefault(row.reference_doctype, set()).add(row.reference_name)
	here, renames = {row.name for row in rows}, _Renames()
	for doctype, names in sorted(named.items()):
		last = {
			name: entry
			for name, entry in following.last_entries(doctype, names).items()
			if entry.name in here and entry.action != following.DELETED
		}
		now = subjects.states(doctype, last)
		for name, entry in sorted(last.items()):
			if fault := _fault(doctype, name, entry, now.get(name), renames):
				yield fault


def _fault(doctype: str, name: str, entry, now: subjects.State | None, renames: "_Renames") -> dict | None:
	if now is None:
		# Documents of others can be deleted; that their level was changed before says nothing against it.
		return _as_dict(doctype, name, MISSING, entry.sequence) if doctype in subjects.SUBJECTS else None
	recorded, meta = frappe.parse_json(entry.state), frappe.get_meta(doctype)
	was = partial(renames.was, since=entry.sequence)
	fields = [field for field in recorded if not _agree(meta, field, recorded, now, was)]
	return _as_dict(doctype, name, ALTERED, entry.sequence, fields) if fields else None


# Whether what is called so now, of a DocType, had this other name when something was recorded.
_Was = Callable[[str, str, str], bool]


def _agree(meta, field: str, recorded: subjects.State, now: subjects.State, was: _Was) -> bool:
	"""Whether a field says what was recorded, or names a document by the name that it has got since. A field that the DocType
	no longer has cannot contradict."""
	before, value = recorded[field], now.get(field, recorded[field])
	if before == value:
		return True
	if meta.name == subjects.USER:
		return field == "roles" and not _gained(before, value, was)
	df = meta.get_field(field)
	if df and df.fieldtype in table_fields:
		rows = frappe.get_meta(df.options)
		return len(before) == len(value) and all(
			_agree(rows, each, old, new, was) for old, new in zip(before, value, strict=True) for each in old
		)
	linked = df and {"Link": df.options, "Dynamic Link": now.get(df.options)}.get(df.fieldtype)
	return bool(linked and before and value) and was(linked, value, before)


def _gained(before: list[str], roles: list[str], was: _Was) -> set[str]:
	"""Roles with clearance. Frappe takes roles away in many ways, for example with the role itself; no one gains by that."""
	return {
		role
		for role in (set(roles) - set(before)) & subjects.clearance_roles()
		if not any(was("Role", role, each) for each in before)
	}


class _Renames:
	"""The renames on the ledger; each name is looked up once."""

	def __init__(self):
		self._found: dict[tuple[str, str], list[tuple[tuple, str]]] = {}

	def was(self, doctype: str, name: str, earlier: str, *, since: int) -> bool:
		"""Whether a document, or one that was merged into it, had this earlier name after the entry at the place `since`."""
		seen, open_ends = set(), [(name, _LATEST)]
		while open_ends:
			current, before = open_ends.pop()
			for place, old in self._to(doctype, current):
				if not (since,) < place < before or (place, old) in seen:
					continue
				if old == earlier:
					return True
				seen.add((place, old))
				open_ends.append((old, place))
		return False

	def _to(self, doctype: str, name: str) -> list[tuple[tuple, str]]:
		"""Place and earlier name of each rename to a name."""
		if (doctype, name) not in self._found:
			rows = frappe.get_all(
				ENTRY,
				{"action": following.RENAMED, "reference_doctype": doctype, "reference_name": name},
				["sequence", "creation", "name", "changes"],
				order_by="name asc",
			)
			self._found[doctype, name] = [
				(
					(row.sequence or _WAITING, str(row.creation), row.name),
					frappe.parse_json(row.changes)["name"][0],
				)
				for row in rows
				if row.changes
			]
		return self._found[doctype, name]


_WAITING = float("inf")  # for its place
_LATEST = (_WAITING, "~")


def unrecorded(after: str = "") -> Iterator[tuple[str, list[dict]]]:
	"""Documents that the ledger does not know at all: they were inserted past the app.

	:param after: how far an earlier run came
	:returns: chunk by chunk, how far it has come, and what it found
	"""
	begin, _separator, name = after.partition(":")
	doctypes = (*subjects.SUBJECTS, subjects.USER)
	for doctype in doctypes[doctypes.index(begin) if begin in doctypes else 0 :]:
		for names in _to_be_known(doctype, name if doctype == begin else ""):
			exist = names if doctype == subjects.USER else subjects.states(doctype, names)
			strange = set(exist) - set(following.known(doctype, names))
			yield (
				f"{doctype}:{names[-1]}",
				[_as_dict(doctype, each, UNRECORDED) for each in sorted(strange)],
			)


def _to_be_known(doctype: str, after: str) -> Iterator[list[str]]:
	if doctype != subjects.USER:
		yield from following.name_chunks(doctype, after)
		return
	users = [name for name in subjects.users_with_clearance() if name > after]
	for start in range(0, len(users), _USERS):
		yield users[start : start + _USERS]


def _as_dict(
	doctype: str, name: str, kind: str, sequence: int | None = None, fields: Iterable[str] = ()
) -> dict:
	meta = frappe.get_meta(doctype)
	labels = ", ".join(_(meta.get_label(field)) for field in fields)
	message = {
		ALTERED: _("{0} differs from what was recorded last: {1}."),
		MISSING: _("{0} is missing, although no deletion is on the ledger."),
		UNRECORDED: _("{0} is not on the ledger: it was added past the app."),
	}[kind]
	return {
		"sequence": sequence,
		"last": sequence,
		"name": name,
		"doctype": doctype,
		"fault": kind,
		"message": message.format(name, labels),
	}
