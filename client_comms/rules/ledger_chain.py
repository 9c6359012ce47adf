"""The hash chain of ledger entries from before there was a tree (clauses P-2, R-3); `rules.ledger` has the tree.

Each entry contains the hash of the entry before it and its own, which covers that hash, its sequence and its
content. Changing, removing, inserting or reordering entries breaks the chain at that place; cutting off
its end is detected by a checkpoint.
"""

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256

from client_comms.rules.messages import Message, _

# The hash before the first entry.
FIRST = "0" * 64
# What the hash of an entry covers, besides its place.
FIELDS = (
	"name",
	"at",
	"user",
	"action",
	"reference_doctype",
	"reference_name",
	"confidentiality_level",
	"rule",
	"reason",
	"ip_address",
	"via",
)

CHANGED = "changed"
REMOVED = "removed"
INSERTED = "inserted"
UNLINKED = "unlinked"
NOT_AS_CHECKPOINTED = "not-as-checkpointed"

_MESSAGES = {
	CHANGED: _("Entry {sequence} differs from what was recorded: its content or its hash was changed."),
	REMOVED: _("Entry {sequence} is missing."),
	INSERTED: _("Entry {sequence} exists more than once, or was inserted later."),
	UNLINKED: _(
		"Entry {sequence} does not follow the entry before it: entries were removed, inserted or moved."
	),
	NOT_AS_CHECKPOINTED: _("Entry {sequence} does not match the checkpoint: the chain was rebuilt."),
}


@dataclass(frozen=True, slots=True)
class Entry:
	"""One chained entry as it is stored; `name` only identifies it in a finding."""

	sequence: int
	previous_hash: str
	entry_hash: str
	content: Mapping[str, object]
	name: str | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
	"""The hash that the entry at `sequence` had when the checkpoint was made."""

	sequence: int
	entry_hash: str


@dataclass(frozen=True, slots=True)
class Fault:
	"""The first fault: its sequence, its kind (one of the above) and a message."""

	sequence: int
	kind: str
	name: str | None = None

	@property
	def message(self) -> Message:
		return Message(_MESSAGES[self.kind], {"sequence": self.sequence})


@dataclass(frozen=True, slots=True)
class Result:
	"""How many entries are correct, and the first fault; without a fault the chain is intact."""

	checked: int
	first_fault: Fault | None

	@property
	def ok(self) -> bool:
		return self.first_fault is None


def canonical(content: Mapping[str, object]) -> bytes:
	"""The canonical form of a content: JSON in UTF-8, keys sorted, aware datetimes in UTC, naive ones as they are."""
	text = json.dumps(
		dict(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_iso_in_utc
	)
	return text.encode()


def entry_hash(previous_hash: str, sequence: int, content: Mapping[str, object]) -> str:
	"""SHA-256, in hexadecimal, over the hash of the entry before, the sequence and the content."""
	return sha256(previous_hash.encode() + canonical({**content, "sequence": sequence})).hexdigest()


def verify(
	entries: Iterable[Entry], start: Checkpoint | None = None, checkpoints: Iterable[Checkpoint] = ()
) -> Result:
	"""Walk the chain and stop at the first fault; entries are consumed one by one and not kept.

	:param entries: in order of sequence, those after `start`
	:param start: where to begin (trusted); by default the beginning of the ledger
	:param checkpoints: points that the chain must pass through; one beyond its end reveals a cut
	"""
	expected, previous = (start.sequence + 1, start.entry_hash) if start else (1, FIRST)
	ahead = deque(sorted((c for c in checkpoints if c.sequence >= expected), key=lambda c: c.sequence))
	checked = 0
	for entry in entries:
		if kind := _wrong_with(entry, expected, previous):
			missing = kind == REMOVED
			fault = Fault(expected if missing else entry.sequence, kind, None if missing else entry.name)
			return Result(checked, fault)
		while ahead and ahead[0].sequence == expected:
			if ahead.popleft().entry_hash != entry.entry_hash:
				return Result(checked, Fault(expected, NOT_AS_CHECKPOINTED, entry.name))
		expected, previous = expected + 1, entry.entry_hash
		checked += 1
	return Result(checked, Fault(expected, REMOVED) if ahead else None)


def _wrong_with(entry: Entry, expected: int, previous: str) -> str | None:
	if entry.sequence > expected:
		return REMOVED
	if entry.sequence < expected:
		return INSERTED
	if entry.entry_hash != entry_hash(entry.previous_hash, entry.sequence, entry.content):
		return CHANGED
	return UNLINKED if entry.previous_hash != previous else None


def _iso_in_utc(value: object) -> str:
	if not isinstance(value, datetime):
		raise TypeError(f"{type(value).__name__} has no canonical form")
	return (value.astimezone(timezone.utc) if value.tzinfo else value).isoformat()
