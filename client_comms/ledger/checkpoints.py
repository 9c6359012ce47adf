"""What is known of the ledger at a size: its checkpoints, as they are stored and as they were sealed (P-2, R-3)."""

from collections.abc import Iterator

import frappe

from client_comms.ledger import seal
from client_comms.ledger.entries import CHECKPOINT
from client_comms.rules.ledger import BEGINNING, Known
from client_comms.rules.merkle import CompactRange

_CHUNK = 200
FIELDS = ("name", "sequence", "root_hash", "tree", "note", "entry_hash")


def stored(after: int = 0, until: int | None = None, columns: tuple[str, ...] = FIELDS) -> Iterator:
	"""Rows of Ledger Checkpoint in order of size, in chunks."""
	table = frappe.qb.DocType(CHECKPOINT)
	query = frappe.qb.from_(table).select(*columns).orderby(table.sequence, table.name).limit(_CHUNK)
	if until is not None:
		query = query.where(table.sequence <= until)
	rows = query.where(table.sequence > after).run(as_dict=True)
	while rows:
		yield from rows
		end = rows[-1]
		rows = query.where(
			(table.sequence > end.sequence) | ((table.sequence == end.sequence) & (table.name > end.name))
		).run(as_dict=True)


def known(row) -> Known:
	"""A row as the rules take it; one whose nodes or root cannot be read says only that there were so many entries."""
	if not row.root_hash:
		return Known(row.sequence, entry_hash=row.entry_hash or "")
	try:
		root = bytes.fromhex(row.root_hash)
	except ValueError:
		root = b""
	try:
		tree = CompactRange.from_text(row.sequence, row.tree or "")
	except ValueError:
		tree = None
	return Known(row.sequence, root, tree)


def last() -> Known:
	"""The largest tree that is known, in the database or outside; the empty one before the first."""
	rows = frappe.get_all(CHECKPOINT, {"root_hash": ("is", "set")}, FIELDS, order_by="sequence desc", limit=1)
	sealed = seal.read()
	trees = [BEGINNING, *map(known, rows), *([sealed] if sealed and sealed.root else [])]
	return max((each for each in trees if each.start is not None), key=lambda each: each.size)


def largest() -> int:
	"""The largest size that any checkpoint has seen."""
	rows = frappe.get_all(CHECKPOINT, pluck="sequence", order_by="sequence desc", limit=1)
	sealed = seal.read()
	return max([0, *rows, *([sealed.size] if sealed else [])])


def signed_after(size: int, limit: int) -> list:
	"""The signed checkpoints of more than so many entries, in order of size."""
	return frappe.get_all(
		CHECKPOINT,
		{"sequence": (">", size), "note": ("is", "set")},
		["name", "sequence", "note", "made_on"],
		order_by="sequence asc",
		limit=limit,
	)


def before_last() -> int:
	"""The size of the last checkpoint but one."""
	rows = frappe.get_all(
		CHECKPOINT, {"note": ("is", "set")}, pluck="sequence", order_by="sequence desc", limit=2
	)
	return rows[1] if len(rows) > 1 else 0
