"""Gives entries their place in the tree, and signs a checkpoint of it (P-2, R-3). Called by the scheduler.

Placing an entry needs the one before it, so placing while writing would make every page view wait for one lock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe

from client_comms import clock
from client_comms.ledger import checkpoints, keys, seal
from client_comms.ledger.entries import CHECKPOINT, CHUNK, ENTRY, KEY_ROTATED, WAITING_INDEX, record
from client_comms.rules.ledger import leaf
from client_comms.rules.merkle import CompactRange
from client_comms.rules.signed_notes import Checkpoint, Note, PrivateKey, PublicKey

BEHIND = timedelta(minutes=15)  # the scheduler comes every five minutes
_LEAVES = 5000


def chain() -> int:
	"""Give every waiting entry its place, and sign the tree; returns how many were waiting.

	One run at a time. Each chunk is committed separately, and the tree is continued from the last checkpoint, so an
	interrupted run loses nothing.
	"""
	chained, begin = 0, None
	while True:
		# Entries in a snapshot taken before the lock may have been placed by another run since.
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job of its own)
		placed = _place_chunk(begin)
		chained += len(placed)
		if len(placed) < CHUNK:
			break
		begin = placed[-1]
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (places are final before they are signed)
	signed = _sign()
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (ends the lock)
	if signed:
		_lock()
		seal.write(signed.note, signed.tree)
		keys.retire(signed.signers)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (ends the lock)
	return chained


def rotate_key() -> PublicKey:
	"""Sign with a new key from now on; returns it. The first checkpoint is signed by the old one as well, and made at once."""
	_lock()  # a run that has begun signs with the old one alone
	new = keys.rotate()
	record(KEY_ROTATED, CHECKPOINT, None, None, state={"public_key": str(new)})
	chain()
	return new


def _place_chunk(begin: datetime | None = None) -> list[datetime]:
	"""Place the next waiting entries in the order of writing; returns when each was written.

	:param begin: from entries of this moment on. The index keeps traces of those that were placed a moment ago, and reading
	    over them for each chunk would make a long backlog slow. One that was committed late waits for the next run.
	"""
	_lock()
	sequence = _last_sequence()
	table = frappe.qb.DocType(ENTRY)
	query = (
		frappe.qb.from_(table)
		.force_index(WAITING_INDEX)  # MariaDB prefers the one on `creation`, with every placed entry in it
		.select(table.name, table.creation)
		.where(table.sequence == 0)
		.orderby(table.creation, table.name)
		.limit(CHUNK)
	)
	waiting = (query.where(table.creation >= begin) if begin else query).run()
	_set_places({name: place for place, (name, _written) in enumerate(waiting, sequence + 1)})
	return [written for _name, written in waiting]


def _set_places(places: dict[str, int]) -> None:
	"""With one statement that touches these rows alone: of a short table MariaDB would read, and lock, every row, and then
	wait for those who are writing others, or fail because of them."""
	if places:
		cases = " ".join(["when %s then %s"] * len(places))
		pairs = [each for pair in places.items() for each in pair]
		# nosemgrep: frappe-sql-format-injection (only placeholders)
		frappe.db.sql(
			f"""update `tab{ENTRY}` force index (primary) set `sequence` = case `name` {cases} end
			where `name` in %s""",
			(*pairs, tuple(places)),
		)


def _lock() -> None:
	"""Wait for another run. The locked row always exists, and nothing else writes it while the site is in use."""
	frappe.db.get_value("DocType", ENTRY, "name", for_update=True)


def _last_sequence() -> int:
	"""From where to continue. After a cut that is the checkpoint beyond it, so that the gap stays visible."""
	rows = frappe.get_all(ENTRY, pluck="sequence", order_by="sequence desc", limit=1)
	return max([checkpoints.largest(), *rows])


@dataclass(frozen=True, slots=True)
class _Signed:
	note: str
	tree: CompactRange
	signers: tuple[PrivateKey, ...]


def _sign() -> _Signed | None:
	"""Continue the tree with what was placed, and store a checkpoint of it; None if there is nothing new."""
	_lock()
	before = checkpoints.last()
	tree = before.start
	for sequence, digest in _leaves(tree.end):
		while tree.end < sequence - 1:
			tree.append(leaf(""))  # it is missing, and verification says so
		if tree.end == sequence - 1:
			tree.append(leaf(digest))
	if tree.end == before.size:
		return None
	ring = keys.ring()
	checkpoint = Checkpoint(ring.current.name, tree.end, tree.root(), ring.announced)
	note = str(Note(checkpoint.text).signed_by(*ring.signers))
	doc = frappe.new_doc(CHECKPOINT)
	doc.update(
		{
			"made_on": clock.now(),
			"sequence": tree.end,
			"entry_count": tree.end,
			"root_hash": checkpoint.root.hex(),
			"tree": tree.to_text(),
			"note": note,
		}
	)
	doc.db_insert()
	return _Signed(note, tree, ring.signers)


def _leaves(after: int) -> Iterator[tuple[int, str]]:
	"""Sequence and digest of the placed entries behind a place, in order."""
	table = frappe.qb.DocType(ENTRY)
	while rows := (
		frappe.qb.from_(table)
		.select(table.sequence, table.digest)
		.where(table.sequence > after)
		.orderby(table.sequence, table.name)
		.limit(_LEAVES)
		.run()
	):
		yield from ((sequence, digest or "") for sequence, digest in rows)
		after = rows[-1][0]


@dataclass(frozen=True, slots=True)
class Waiting:
	"""Entries without a place in the tree: how many, and when the oldest was written (as stored)."""

	count: int
	oldest: datetime | None


def waiting() -> Waiting:
	count = frappe.db.count(ENTRY, {"sequence": 0})
	oldest = count and frappe.db.get_value(ENTRY, {"sequence": 0}, "creation", order_by="creation asc")
	return Waiting(count, oldest or None)
