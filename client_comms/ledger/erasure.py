"""Erases what entries of the ledger say about people, and leaves what proves that they are complete (P-2, R-3)."""

from collections.abc import Iterable, Iterator

import frappe

from client_comms.ledger.entries import CHUNK, ENTRY, ERASURE, entry, write
from client_comms.rules.ledger import PERSONAL_FIELDS

# From before there was a tree: hashes of the whole content, without a salt.
_CHAIN_FIELDS = ("previous_hash", "entry_hash")


def erase_payload(names: Iterable[str], reason: str | None = None) -> int:
	"""Erase user, document, reason, address, method and values of these entries, with their salts; repeatable.

	What stays says when which act was done at which level, and remains proved by the tree. The erasure is itself an entry of
	the ledger, with the names of the entries, in the caller's transaction; entries that were already erased are left out.

	An entry that says what was erased is never erased: it is what proves that the others were. It names no one.

	Erase all entries about a document together (`entries_about`). If the document stays, as when it is anonymised,
	`record_states` tells the ledger afterwards what it says from then on.

	:param names: of entries, whether they are in the tree already or not
	:param reason: why, such as the name of the request; it must not name the person
	:returns: how many were erased
	"""
	erased = 0
	for chunk in _chunks(sorted(set(names))):
		rows = frappe.get_all(
			ENTRY,
			{"name": ("in", chunk), "salt": ("is", "set")},
			["name", "sequence", "action", "reference_doctype"],
			order_by="name asc",
		)
		rows = [row for row in rows if (row.action, row.reference_doctype) != (ERASURE, ENTRY)]
		if not rows:
			continue
		about = [row.name for row in rows]
		(record,) = write([entry(ERASURE, ENTRY, None, None, reason=reason, state={"entries": about})])
		emptied = dict.fromkeys((*PERSONAL_FIELDS, *_CHAIN_FIELDS, "salt"))
		# One by one, by the primary key: a filter could lock entries that others are writing.
		for name in about:
			frappe.db.set_value(ENTRY, name, {**emptied, "erased_by": record}, update_modified=False)
		# The next one in the chain holds the same hash, and its own covers it.
		places = [row.sequence + 1 for row in rows if row.sequence] or [-1]
		for name in frappe.get_all(
			ENTRY,
			{"sequence": ("in", places), "entry_hash": ("is", "set")},
			pluck="name",
			order_by="name asc",
		):
			frappe.db.set_value(ENTRY, name, dict.fromkeys(_CHAIN_FIELDS), update_modified=False)
		erased += len(rows)
	return erased


def entries_about(records: Iterable[tuple[str, str]]) -> list[str]:
	"""The names of all entries about these documents (DocType, name), to be erased."""
	named: dict[str, list[str]] = {}
	for doctype, name in records:
		named.setdefault(doctype, []).append(name)
	return [
		entry
		for doctype, names in named.items()
		for chunk in _chunks(names)
		for entry in frappe.get_all(
			ENTRY,
			{"reference_doctype": doctype, "reference_name": ("in", chunk)},
			pluck="name",
			order_by="name asc",
		)
	]


def _chunks(names: list[str]) -> Iterator[list[str]]:
	for start in range(0, len(names), CHUNK):
		yield names[start : start + CHUNK]
