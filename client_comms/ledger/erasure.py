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

	:param names: of entries, whether they are in the tree already or not
	:param reason: why, such as the name of the request; it must not name the person
	:returns: how many were erased
	"""
	erased = 0
	for chunk in _chunks(sorted(set(names))):
		rows = frappe.get_all(
			ENTRY,
			{"name": ("in", chunk), "salt": ("is", "set")},
			["name", "sequence"],
			order_by="name asc",
		)
		if not rows:
			continue
		about = [row.name for row in rows]
		(record,) = write([entry(ERASURE, ENTRY, None, None, reason=reason, state={"entries": about})])
		emptied = dict.fromkeys((*PERSONAL_FIELDS, *_CHAIN_FIELDS, "salt"))
		frappe.db.set_value(
			ENTRY, {"name": ("in", about)}, {**emptied, "erased_by": record}, update_modified=False
		)
		# The next one in the chain holds the same hash, and its own covers it.
		following = [row.sequence + 1 for row in rows if row.sequence]
		if following:
			frappe.db.set_value(
				ENTRY,
				{"sequence": ("in", following), "entry_hash": ("is", "set")},
				dict.fromkeys(_CHAIN_FIELDS),
				update_modified=False,
			)
		erased += len(rows)
	return erased


def _chunks(names: list[str]) -> Iterator[list[str]]:
	for start in range(0, len(names), CHUNK):
		yield names[start : start + CHUNK]
