"""Compares the documents whose states are on the ledger with what was recorded of them (P-2, R-3).

What a user with the rights of the database wrote past the app is found here: the ledger itself is whole then.
"""

from collections.abc import Iterable, Iterator

import frappe
from frappe import _

from client_comms.ledger import following, subjects
from client_comms.ledger.entries import ENTRY

ALTERED = "altered"
MISSING = "missing"
UNRECORDED = "unrecorded"


def faults_of(rows: Iterable) -> Iterator[dict]:
	"""Of the documents that entries speak of: those whose last state is among these entries, and differs from what they say now."""
	named: dict[str, set[str]] = {}
	for row in rows:
		if row.reference_name and (row.state or row.action == following.DELETED) and _has_states(row):
			named.setdefault(row.reference_doctype, set()).add(row.reference_name)
	here = {row.name for row in rows}
	for doctype, names in sorted(named.items()):
		last = {
			name: entry
			for name, entry in following.last_entries(doctype, names).items()
			if entry.name in here and entry.action != following.DELETED
		}
		now = subjects.states(doctype, last)
		for name, entry in sorted(last.items()):
			if fault := _fault(doctype, name, entry, now.get(name)):
				yield fault


def _has_states(row) -> bool:
	return row.reference_doctype in (*subjects.SUBJECTS, *subjects.WITH_LEVEL, subjects.USER)


def _fault(doctype: str, name: str, entry, now: subjects.State | None) -> dict | None:
	if now is None:
		# Documents of others can be deleted; that their level was changed before says nothing against it.
		return _as_dict(doctype, name, MISSING, entry.sequence) if doctype in subjects.SUBJECTS else None
	recorded = frappe.parse_json(entry.state)
	fields = [field for field, value in recorded.items() if not _agree(doctype, field, value, now)]
	return _as_dict(doctype, name, ALTERED, entry.sequence, fields) if fields else None


def _agree(doctype: str, field: str, recorded: object, now: subjects.State) -> bool:
	"""A field that the DocType no longer has cannot contradict."""
	value = now.get(field, recorded)
	if doctype == subjects.USER and field == "roles":
		# Frappe takes roles away in many ways, for example with the role itself; no one gains by that.
		return not (set(value) - set(recorded)) & subjects.clearance_roles()
	return _same(recorded, value)


def _same(recorded: object, value: object) -> bool:
	"""Whether a value is the recorded one, or a name that the recorded document has got since."""
	if not isinstance(recorded, list):
		return recorded == value or recorded in _earlier_names(value)
	return len(recorded) == len(value) and all(
		_same(each, now.get(field, each))
		for row, now in zip(recorded, value, strict=True)
		for field, each in row.items()
	)


def _earlier_names(name: object) -> set[str]:
	names: set[str] = set()
	found = {name} if name and isinstance(name, str) else set()
	while found:
		renamed = frappe.get_all(
			ENTRY,
			{"action": following.RENAMED, "reference_name": ("in", found)},
			pluck="changes",
			order_by="creation asc",
		)
		found = {frappe.parse_json(changes)["name"][0] for changes in renamed if changes} - names
		names |= found
	return names


def unrecorded() -> Iterator[dict]:
	"""Documents that the ledger does not know at all: they were inserted past the app."""
	for doctype in subjects.SUBJECTS:
		for names in following.name_chunks(doctype):
			strange = set(subjects.states(doctype, names)) - set(following.known(doctype, names))
			yield from (_as_dict(doctype, name, UNRECORDED) for name in sorted(strange))
	users = subjects.users_with_clearance()
	for name in sorted(set(users) - set(following.known(subjects.USER, users))):
		yield _as_dict(subjects.USER, name, UNRECORDED)


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
