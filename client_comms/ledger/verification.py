"""Verifies the ledger on the site: the entries, their order, the checkpoints, and what the entries speak of (P-2, R-3)."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import clock
from client_comms.ledger import chaining, checkpoints, comparison, keys, seal
from client_comms.ledger.entries import CHECKPOINT, ENTRY, ERASURE, SEAL_FIELDS, texts
from client_comms.rules import ledger as rules
from client_comms.rules.messages import Message
from client_comms.rules.signed_notes import Checkpoint, MalformedNote, Note, PublicKey

_CHUNK = 2000
_PART = 20_000
_TRIES = 100  # checkpoints in a row that cannot be trusted, until verification does without
_FIELDS = (
	*rules.KEPT_FIELDS,
	*rules.PERSONAL_FIELDS,
	*SEAL_FIELDS,
	"sequence",
	"previous_hash",
	"entry_hash",
	"erased_by",
)
# Called after each chunk with the last entry that was read and the last of all.
Progress = Callable[[int, int], None]


def verify(since=None, until=None, progress: Progress | None = None, at_most: int | None = None) -> dict:
	"""Every fault of the ledger, and of the documents whose states are on it; it is read in chunks, regardless of its length.

	:param since: verification starts at the last checkpoint before the first entry of this moment; from the
	    first entry by default. Site time zone, like `until`
	:param until: up to the last entry of this moment; to the end by default
	:param at_most: stop at the first checkpoint after so many entries
	:returns: `{"ok", "is_complete", "checked", "first_fault", "faults": [{"sequence", "last", "name", "doctype", "fault", "message"}, …],
	    "by_doctype": {DocType: number}, "waiting", "is_behind"}`; waiting entries have no place in the tree yet, and it is
	    behind when one has been waiting for longer than the scheduler should take
	"""
	checked, faults, is_complete = 0, [], True
	for found in parts(*bounds(since, until)):
		checked += found.checked
		faults += found.faults
		if progress:
			progress(found.at, found.last)
		if at_most and checked >= at_most and found.at < found.last:
			is_complete = False
			break
	if is_complete and not (since or until):
		faults += [fault for _at, found in comparison.unrecorded() for fault in found]
	unplaced = chaining.waiting()
	return {
		"ok": is_complete and not faults,
		"is_complete": is_complete,
		"checked": checked,
		"first_fault": faults[0] if faults else None,
		"faults": faults,
		"by_doctype": dict(Counter(each["doctype"] for each in faults)),
		"waiting": unplaced.count,
		"is_behind": bool(unplaced.oldest and clock.now() - unplaced.oldest > chaining.BEHIND),
	}


@dataclass(frozen=True, slots=True)
class Part:
	"""What was found up to the entry `at` of `last`; another verification can go on from `end`, if there is one."""

	at: int
	last: int
	checked: int
	faults: list[dict]
	end: rules.Known | None


def bounds(since=None, until=None) -> tuple[rules.Known, int | None]:
	"""The checkpoint from which to verify, and the last place."""
	start = _checkpoint_before(since) if since else rules.BEGINNING
	return start, last_sequence(until) if until else None


def parts(start: rules.Known, last: int | None) -> Iterator[Part]:
	"""Verify from a checkpoint on, in parts that end at a checkpoint; what is wrong in one does not concern the next."""
	total, at = last or last_sequence(), start
	while at is not None:
		end = _trusted(at.size + _PART, last, "asc")
		walk = _Walk(at, end.size if end else last)
		yield Part(walk.at, total, walk.checked, walk.faults, end)
		at = end


class _Walk:
	"""Feeds entries and checkpoints to the rules, chunk by chunk."""

	def __init__(self, start: rules.Known, last: int | None):
		self._start, self._last = start, last
		self._public = keys.ring().public
		self._of_checkpoints: list[dict] = []
		self._rules = rules.Walk(self._known(), start)
		of_documents: list[dict] = []
		of_entries = [_as_dict(fault) for fault in rules.joined(self._entries(of_documents))]
		self.faults = of_entries + self._of_checkpoints + of_documents
		self.at, self.checked = self._rules.at, self._rules.checked

	def _entries(self, of_documents: list[dict]) -> Iterator[rules.Fault]:
		for chunk in _chunks(self._start.size, self._last):
			erasures = _erasures(chunk)
			for row in chunk:
				yield from self._rules.take(_entry(row, erasures))
			of_documents += comparison.faults_of(chunk)
		yield from self._rules.end()

	def _known(self) -> Iterator[rules.Known]:
		"""The checkpoints that can be trusted, and the seal, in order of size."""
		sealed = seal.read()
		if sealed and self._last is not None and sealed.size > self._last:
			sealed = None
		for row in checkpoints.stored(self._start.size, self._last):
			known = checkpoints.known(row)
			if wrong := known.root is not None and _wrong_with_checkpoint(row, known, self._public):
				self._of_checkpoints.append(_checkpoint_fault(row, wrong))
				continue
			if sealed and sealed.size < known.size:
				yield sealed
				sealed = None
			yield known
		if sealed:
			yield sealed


def is_last_signature_known() -> bool:
	"""Whether a key of this site has signed the last checkpoint, if there is one."""
	rows = frappe.get_all(
		CHECKPOINT, {"root_hash": ("is", "set")}, checkpoints.FIELDS, order_by="sequence desc", limit=1
	)
	return not any(_wrong_with_checkpoint(row, checkpoints.known(row), keys.ring().public) for row in rows)


def _wrong_with_checkpoint(row, known: rules.Known, public: tuple[PublicKey, ...]) -> Message | None:
	try:
		note = Note.parse(row.note or "")
		said = Checkpoint.parse(note.text)
	except MalformedNote:
		return Message(_UNSIGNED, {"size": known.size})
	if not note.signers(public):
		return Message(_UNSIGNED, {"size": known.size})
	if (said.size, said.root) != (known.size, known.root) or known.start is None:
		return Message(_ALTERED, {"size": known.size})
	return None


_UNSIGNED = rules._("The checkpoint of {size} entries is not signed by a key of this site.")
_ALTERED = rules._("The checkpoint of {size} entries differs from what was signed.")


def _checkpoint_fault(row, wrong: Message) -> dict:
	return {
		"sequence": row.sequence,
		"last": row.sequence,
		"name": row.name,
		"doctype": CHECKPOINT,
		"fault": "checkpoint",
		"message": _(wrong.text).format(**wrong.values),
	}


def _as_dict(fault: rules.Fault) -> dict:
	message = fault.message
	return {
		"sequence": fault.first,
		"last": fault.last,
		"name": fault.name or None,
		"doctype": fault.doctype or ENTRY,
		"fault": fault.kind,
		"message": _(message.text).format(**message.values),
	}


def _entry(row, erasures: dict[str, set[str]]) -> rules.Entry:
	return rules.Entry(
		row.sequence,
		texts(row, rules.KEPT_FIELDS),
		texts(row, rules.PERSONAL_FIELDS),
		*(row[field] or "" for field in SEAL_FIELDS),
		row.previous_hash or "",
		row.entry_hash or "",
		row.name in erasures.get(row.erased_by or "", ()),
	)


def _erasures(rows: list) -> dict[str, set[str]]:
	"""Erasure → names of the entries that it erased, for those that entries of a chunk name."""
	named = {row.erased_by for row in rows if row.erased_by}
	if not named:
		return {}
	return {
		row.name: set((frappe.parse_json(row.state) or {}).get("entries", ()))
		for row in frappe.get_all(
			ENTRY, {"name": ("in", named), "action": ERASURE}, ["name", "state"], order_by="name asc"
		)
	}


def last_sequence(until=None) -> int:
	filters = {"at": ("<=", get_datetime(until))} if until else {}
	rows = frappe.get_all(ENTRY, filters, pluck="sequence", order_by="sequence desc", limit=1)
	return rows[0] if rows else 0


def _checkpoint_before(since) -> rules.Known:
	rows = frappe.get_all(
		ENTRY,
		{"at": (">=", get_datetime(since)), "sequence": (">", 0)},
		pluck="sequence",
		order_by="sequence asc",
		limit=1,
	)
	# A checkpoint beyond the end reveals a cut; starting there would hide it.
	first = rows[0] if rows else last_sequence() + 1
	return _trusted(0, first - 1, "desc") or rules.BEGINNING


def trusted_at(size: int) -> rules.Known | None:
	"""The checkpoint of so many entries, if verification can go on from it."""
	return _trusted(size, size, "asc") if size else None


def _trusted(least: int, most: int | None, order: str) -> rules.Known | None:
	"""The first or the last checkpoint between two sizes that is signed, and with whose nodes verification can go on."""
	sizes = [["sequence", ">=", least], *([["sequence", "<=", most]] if most is not None else [])]
	for row in frappe.get_all(
		CHECKPOINT,
		[*sizes, ["root_hash", "is", "set"]],
		checkpoints.FIELDS,
		order_by=f"sequence {order}",
		limit=_TRIES,
	):
		known = checkpoints.known(row)
		if not _wrong_with_checkpoint(row, known, keys.ring().public):
			return known
	return None


def _chunks(after: int, last: int | None) -> Iterator[list]:
	"""The placed entries in order. Entries with the same place are all returned, even across chunks."""
	table = frappe.qb.DocType(ENTRY)
	query = frappe.qb.from_(table).select(*_FIELDS).orderby(table.sequence, table.name).limit(_CHUNK)
	# A negative place was written by no one but an attacker.
	query = query.where(table.sequence > after if after else table.sequence != 0)
	if last is not None:
		query = query.where(table.sequence <= last)
	rows = query.run(as_dict=True)
	while rows:
		yield rows
		end = rows[-1]
		rows = query.where(
			(table.sequence > end.sequence) | ((table.sequence == end.sequence) & (table.name > end.name))
		).run(as_dict=True)
