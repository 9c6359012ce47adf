"""What the compliance ledger proves, and how it is verified (clauses P-2, R-3).

The digest of each entry is a leaf of a Merkle tree. It covers what can be kept (when, which act, at which level) as it is, and what
may name people through a salted digest. Erasing that part and its salt leaves a leaf that cannot be guessed back, and the tree
stays valid.

Checkpoints say which root the tree had at a size. Verification walks from one to the next, so that every fault is reported: what
is wrong between two checkpoints does not hide what is wrong behind them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from client_comms.rules import ledger_chain
from client_comms.rules.merkle import CompactRange, leaf_hash
from client_comms.rules.messages import Message, _

KEPT_FIELDS = ("name", "at", "action", "reference_doctype", "confidentiality_level", "rule")
PERSONAL_FIELDS = ("user", "reference_name", "reason", "ip_address", "via", "changes", "state")

CHANGED = "changed"
REMOVED = "removed"
INSERTED = "inserted"
NOT_AS_CHECKPOINTED = "not-as-checkpointed"
ERASED = "erased-without-record"
UNPROVED = "unproved"

_MESSAGES = {
	CHANGED: _("{entries}: the content differs from what was recorded."),
	REMOVED: _("{entries}: missing."),
	INSERTED: _("{entries}: exists more than once, so one was inserted later."),
	NOT_AS_CHECKPOINTED: _(
		"{entries}: not what the checkpoint covers. At least one was changed, exchanged or moved."
	),
	UNPROVED: _(
		"{entries}: cannot be compared with the checkpoint, because of what is missing, inserted or wrong before it."
	),
	ERASED: _("{entries}: erased, but no erasure is on the ledger."),
}


# --- leaves ------------------------------------------------------------------------------------


def canonical(content: Mapping[str, str]) -> bytes:
	"""JSON in UTF-8 with sorted keys and without spaces; empty values are left out."""
	filled = {key: value for key, value in content.items() if value}
	return json.dumps(filled, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def personal_digest(salt: str, personal: Mapping[str, str]) -> str:
	"""SHA-256, in hexadecimal, over the salt (hexadecimal) and what may name people."""
	return sha256(bytes.fromhex(salt) + canonical(personal)).hexdigest()


def digest(kept: Mapping[str, str], personal: str) -> str:
	"""The data of the leaf, in hexadecimal: SHA-256 over what is kept and the digest of what may name people."""
	return sha256(canonical({**kept, "personal": personal})).hexdigest()


def leaf(digest_text: str) -> bytes:
	"""The hash of the leaf; a digest that is not hexadecimal counts as empty."""
	try:
		return leaf_hash(bytes.fromhex(digest_text))
	except ValueError:
		return leaf_hash(b"")


@dataclass(frozen=True, slots=True)
class Entry:
	"""One entry as it is stored, with empty texts for what is not set.

	:param is_erasure_recorded: of an entry without a salt: whether the ledger says that it was erased
	:param previous_hash: of an entry from before there was a tree: its place in the hash chain of that time
	"""

	sequence: int
	kept: Mapping[str, str]
	personal: Mapping[str, str]
	salt: str
	personal_digest: str
	digest: str
	previous_hash: str = ""
	entry_hash: str = ""
	is_erasure_recorded: bool = False

	@property
	def name(self) -> str:
		return self.kept.get("name", "")

	@property
	def doctype(self) -> str:
		return self.kept.get("reference_doctype", "")

	def fault(self) -> str | None:
		"""What is wrong with it in itself."""
		personal = self.personal_digest
		if self.salt:
			try:
				personal = personal_digest(self.salt, self.personal)
			except ValueError:
				return CHANGED
		elif not self.is_erasure_recorded:
			return ERASED
		elif any(self.personal.values()):
			return CHANGED
		if personal != self.personal_digest or digest(self.kept, personal) != self.digest:
			return CHANGED
		if self.entry_hash and self.salt and self.entry_hash != self._hash_in_chain():
			return CHANGED
		return None

	def _hash_in_chain(self) -> str:
		content = {**self.kept, **self.personal}
		of_that_time = {key: content.get(key, "") for key in ledger_chain.FIELDS}
		return ledger_chain.entry_hash(self.previous_hash, self.sequence, of_that_time)


# --- verifying ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
	"""What is known of the ledger at a size.

	:param root: the root of the tree; None before there was one
	:param tree: its nodes, with which verification can begin or go on here
	:param entry_hash: from before there was a tree: the hash of the entry at this place
	"""

	size: int
	root: bytes | None = None
	tree: CompactRange | None = None
	entry_hash: str = ""

	@property
	def start(self) -> CompactRange | None:
		"""The tree to go on with, if its nodes are those of the root."""
		return self.tree.copy() if self.tree is not None and self.tree.root() == self.root else None


BEGINNING = Known(0, CompactRange().root(), CompactRange())


@dataclass(frozen=True, slots=True)
class Fault:
	"""What is wrong with the entries `first` … `last`; the name and the DocType are those of the first."""

	first: int
	last: int
	kind: str
	name: str = ""
	doctype: str = ""

	@property
	def message(self) -> Message:
		entries = str(self.first) if self.first == self.last else f"{self.first}–{self.last}"
		return Message(_MESSAGES[self.kind], {"entries": entries})


class Walk:
	"""Goes through the entries in order of sequence and reports faults as it finds them. It keeps neither entries nor faults.

	`at` is the last entry it went past, `checked` how many were right, `passed` the last checkpoint behind it, from which
	another walk can go on, `agreed` the sizes of checkpoints with the root of this tree, and `uncovered` of those that could not be
	compared.
	"""

	def __init__(self, known: Iterable[Known], start: Known = BEGINNING):
		"""
		:param known: checkpoints in order of size
		:param start: where to begin, trusted
		"""
		self.at, self.checked, self.passed = start.size, 0, start
		self.agreed: set[int] = set()
		self.uncovered: list[int] = []
		self._tree = start.start
		self._first = self._begun = start.size + 1
		self._ahead = (each for each in known if each.size > start.size)
		self._next = next(self._ahead, None)
		self._previous_hash = ""
		self._seen = start.size

	def take(self, entry: Entry) -> Iterator[Fault]:
		if entry.sequence <= self.at:
			self._tree = None  # which of the two is the right one is not known
			yield Fault(entry.sequence, entry.sequence, INSERTED, entry.name, entry.doctype)
			return
		if entry.sequence > self.at + 1:
			yield from self._miss(entry.sequence - 1)
		kind = entry.fault() or self._chain_fault(entry)
		if kind:
			yield Fault(entry.sequence, entry.sequence, kind, entry.name, entry.doctype)
		else:
			self.checked += 1
		self.at = self._seen = entry.sequence
		self._previous_hash = entry.entry_hash
		if self._tree is not None:
			self._tree.append(leaf(entry.digest))
		yield from self._pass(entry)

	def skip(self, level: int, hashed: bytes) -> Iterator[Fault]:
		"""Go past 2 ** level entries of which only the root is known; a checkpoint among them cannot be compared."""
		self.at += 1 << level
		self._seen = self.at
		if self._tree is not None:
			self._tree.append(hashed, level)
		self._previous_hash = ""
		while self._next and self._next.size < self.at:
			self.uncovered.append(self._next.size)
			self._next = next(self._ahead, None)
		yield from self._pass(None)

	def end(self) -> Iterator[Fault]:
		"""To be asked when all entries were taken: what a checkpoint saw beyond them was cut off."""
		last = None
		while self._next:
			last, self._next = self._next, next(self._ahead, None)
		if last:
			yield Fault(self.at + 1, last.size, REMOVED)
			if self._seen >= self._first:
				yield Fault(self._first, self._seen, UNPROVED)

	def _miss(self, last: int) -> Iterator[Fault]:
		yield Fault(self.at + 1, last, REMOVED)
		self._tree, self._previous_hash, self.at = None, "", last
		yield from self._pass(None)

	def _chain_fault(self, entry: Entry) -> str | None:
		"""Entries from before there was a tree name the hash of the one before; an erased one has none any more."""
		if entry.previous_hash and self._previous_hash and entry.previous_hash != self._previous_hash:
			return CHANGED
		return None

	def _pass(self, entry: Entry | None) -> Iterator[Fault]:
		"""Compare with the checkpoints up to here, and go on from the last of them."""
		while self._next and self._next.size <= self.at:
			known, self._next = self._next, next(self._ahead, None)
			if known.root is None:
				if entry and entry.entry_hash and entry.entry_hash != known.entry_hash:
					yield Fault(self.at, self.at, NOT_AS_CHECKPOINTED, entry.name, entry.doctype)
				continue
			is_right = self._tree is not None and self._tree.root() == known.root
			if self._tree is not None and not is_right:
				# Two checkpoints of one size, such as a new one and the seal, cover the same entries.
				first = self._first if self._first <= known.size else self._begun
				yield Fault(first, self.at, NOT_AS_CHECKPOINTED)
			elif self._tree is None and self._seen >= self._first:
				yield Fault(self._first, min(self._seen, known.size), UNPROVED)
			if is_right:
				self.agreed.add(known.size)
			else:
				self._tree = known.start if known.size == self.at else None
			if known.size >= self._first:
				self._begun = self._first
			self._first, self.passed = known.size + 1, known


def joined(faults: Iterable[Fault]) -> Iterator[Fault]:
	"""Faults of one kind and DocType in entries that follow each other, as one."""
	last = None
	for each in faults:
		if last and (each.kind, each.doctype, each.first) == (last.kind, last.doctype, last.last + 1):
			last = Fault(last.first, each.last, last.kind, last.name, last.doctype)
			continue
		if last:
			yield last
		last = each
	if last:
		yield last
