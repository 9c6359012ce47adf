"""A part of the ledger as a file that proves itself (clauses R-3, P-2): written by the site, verified without it.

One JSON object a line: a header; the checkpoints, each with the nodes of its tree; then the whole tree from left to right. An entry that
was asked for is there with its content, all others are hidden behind the roots of the largest complete subtrees. Both are
read once, so the size does not matter.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from client_comms.rules import ledger
from client_comms.rules.ledger import Entry, Fault, Known, Walk, joined, leaf
from client_comms.rules.merkle import HASH_BYTES, CompactRange
from client_comms.rules.signed_notes import Checkpoint, MalformedNote, Note, PublicKey

FORMAT = "client-comms-ledger/1"
ERASURE = "Erasure"
_HIGHEST_LEVEL = 63  # of a tree whose size is a number of a database


class UnreadableExport(ValueError):
	"""The file is not an export of a ledger, or is damaged; the message names the line."""


# --- writing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
	"""One place of the tree; without an entry, its content is not shown."""

	sequence: int
	digest: str
	entry: Mapping[str, object] | None = None


def lines(
	header: Mapping[str, object],
	checkpoints: Iterable[tuple[str, CompactRange]],
	leaves: Iterable[Leaf],
	boundaries: Iterable[int],
) -> Iterator[str]:
	"""
	:param header: `origin`, `keys` (public keys as text), and what was asked for
	:param checkpoints: signed note and tree, in order of size
	:param leaves: of the whole tree, in order
	:param boundaries: sizes at which the root can be computed, in order
	"""
	yield _line({"format": FORMAT, **header})
	for note, tree in checkpoints:
		yield _line({"checkpoint": note, "tree": tree.to_text()})
	ahead = iter(boundaries)
	boundary, hidden = next(ahead, None), CompactRange()
	for each in leaves:
		while boundary is not None and boundary < each.sequence:
			yield from _nodes(hidden)
			hidden = CompactRange(each.sequence - 1, each.sequence - 1)
			boundary = next(ahead, None)
		if each.entry is None:
			hidden.append(leaf(each.digest))
			continue
		yield from _nodes(hidden)
		hidden = CompactRange(each.sequence, each.sequence)
		yield _line({"entry": each.sequence, **each.entry})
	yield from _nodes(hidden)


def _nodes(part: CompactRange) -> Iterator[str]:
	for level, hashed in part.nodes:
		yield _line({"node": hashed.hex(), "level": level})


def _line(value: Mapping[str, object]) -> str:
	return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


# --- reading -----------------------------------------------------------------------------------


def read(text: Iterable[str]) -> Iterator[dict]:
	"""The objects of the lines, the header first.

	:raises UnreadableExport: a line is not one
	"""
	for number, line in enumerate(text, 1):
		try:
			value = json.loads(line)
		except (ValueError, RecursionError) as error:
			raise UnreadableExport(f"Line {number} is not JSON: the file is damaged.") from error
		if not isinstance(value, dict):
			raise UnreadableExport(f"Line {number} is not part of an export.")
		if number == 1 and value.get("format") != FORMAT:
			raise UnreadableExport(
				f"This is not an export of a ledger: the first line does not say {FORMAT}."
			)
		yield value


def _entry(value: Mapping, number: int) -> Entry:
	try:
		return Entry(
			int(value["entry"]),
			{key: str(text) for key, text in value["kept"].items()},
			{key: str(text) for key, text in value["personal"].items()},
			*(str(value.get(key) or "") for key in ("salt", "personal_digest", "digest")),
			*(str(value.get(key) or "") for key in ("previous_hash", "entry_hash")),
			is_erasure_recorded=True,  # looked up at the end: the erasure comes later
		)
	except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
		raise UnreadableExport(f"Entry {number} is not complete.") from error


# --- verifying ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Report:
	"""What a verification without the site found.

	:param size: entries of the ledger at the time of the export
	:param shown: entries with their content, of which `checked` are right and `erased` have no names any more
	:param are_keys_noted: whether the keys are those that the auditor noted; if not, the export itself names them
	:param kept: sizes of the checkpoints that were kept outside
	:param compared: those of them that have the root of this tree
	:param uncovered: those that this export cannot be compared with, for example between two days
	:param untrusted: those that no trusted key has signed
	:param proved: the largest that was compared; what follows rests on the site's own word
	:param proved_by: its signed note
	"""

	origin: str = ""
	size: int = 0
	shown: int = 0
	checked: int = 0
	erased: int = 0
	first: int = 0
	last: int = 0
	are_keys_noted: bool = False
	kept: list[int] = field(default_factory=list)
	compared: list[int] = field(default_factory=list)
	uncovered: list[int] = field(default_factory=list)
	untrusted: list[int] = field(default_factory=list)
	proved_by: str = ""
	cosigned: dict[str, int] = field(default_factory=dict)
	faults: list[Fault] = field(default_factory=list)

	@property
	def proved(self) -> int:
		return max(self.compared, default=0)

	@property
	def has_gaps(self) -> bool:
		return self.shown != self.last - self.first + 1

	@property
	def is_wrong(self) -> bool:
		return bool(self.faults or self.untrusted)

	@property
	def is_proved(self) -> bool:
		"""Whether the largest checkpoint that was kept has been compared: hidden behind a node, the tree could be any other."""
		return 0 < max(self.kept, default=0) == self.proved

	@property
	def ok(self) -> bool:
		return self.is_proved and not self.is_wrong


def verify(
	values: Iterable[dict],
	kept: Iterable[Note],
	trusted: Sequence[PublicKey] = (),
	witnesses: Sequence[PublicKey] = (),
) -> Report:
	"""Compare an export with checkpoints that were kept outside of the site.

	:param values: what `read` gives
	:param kept: the checkpoints; those of other ledgers are left out
	:param trusted: keys of the site that were noted; without them, those that the export names. A new key that a trusted one names
	    in a checkpoint is trusted as well
	:param witnesses: keys whose co-signatures are counted
	:raises UnreadableExport: the file cannot be read, or no checkpoint is of its ledger
	"""
	stream = iter(values)
	header = next(stream, None) or {}
	if header.get("format") != FORMAT:
		raise UnreadableExport("The file is empty.")
	report = Report(origin=str(header.get("origin", "")), are_keys_noted=bool(trusted))
	own: dict[int, tuple[Note, str]] = {}
	first = None
	for value in stream:
		if "checkpoint" not in value:
			first = value
			break
		note = _note(str(value["checkpoint"]))
		own[Checkpoint.parse(note.text).size] = (note, str(value.get("tree", "")))
	outside = _of_ledger(report.origin, kept)
	if not outside:
		raise UnreadableExport(f"No checkpoint of {report.origin} was found.")
	keys = _trusted(header, [*outside, *(note for note, _tree in own.values())], trusted)
	known, notes = [], {}
	for note in outside:
		said = Checkpoint.parse(note.text)
		report.kept.append(said.size)
		if not note.signers(keys):
			report.untrusted.append(said.size)
			continue
		for witness in note.signers(witnesses):
			report.cosigned[witness.name] = report.cosigned.get(witness.name, 0) + 1
		known.append(Known(said.size, said.root, _tree(said.size, own.get(said.size, (None, ""))[1])))
		notes[said.size] = str(note)
	_walk(report, first, stream, known, _last(own, keys, known))
	report.proved_by = notes.get(report.proved, "")
	return report


def _note(text: str) -> Note:
	try:
		note = Note.parse(text)
		Checkpoint.parse(note.text)
		return note
	except MalformedNote as error:
		raise UnreadableExport(f"A checkpoint of the export is damaged: {error}") from error


def _of_ledger(origin: str, notes: Iterable[Note]) -> list[Note]:
	"""The checkpoints of one ledger, each once, in order of size."""
	found = {}
	for note in notes:
		try:
			said = Checkpoint.parse(note.text)
		except MalformedNote:
			continue
		if said.origin == origin:
			found[str(note)] = (said.size, note)
	return [note for _size, note in sorted(found.values(), key=lambda each: each[0])]


def _trusted(header: Mapping, notes: Iterable[Note], trusted: Sequence[PublicKey]) -> list[PublicKey]:
	"""The noted keys, and those that one of them names in what it signed. A signature beside theirs proves nothing."""
	if not trusted:
		try:
			return [PublicKey.parse(str(text)) for text in header.get("keys", ())]
		except MalformedNote as error:
			raise UnreadableExport(f"A key of the export is damaged: {error}") from error
	found = list(trusted)
	said = [(Checkpoint.parse(note.text), note) for note in notes]
	for checkpoint, note in sorted(said, key=lambda each: each[0].size):
		new = checkpoint.new_key
		if new and new not in found and note.signers(found):
			found.append(new)
	return found


def _tree(size: int, text: str) -> CompactRange | None:
	try:
		return CompactRange.from_text(size, text) if text else None
	except ValueError:
		return None


def _last(own: Mapping[int, tuple[Note, str]], keys: list[PublicKey], known: list[Known]) -> list[Known]:
	"""The site's own last checkpoint, for the entries that came after those that were kept outside."""
	if not own:
		return []
	note, _text = own[max(own)]
	said = Checkpoint.parse(note.text)
	is_newer = said.size > max((each.size for each in known), default=0)
	return [Known(said.size, said.root)] if is_newer and note.signers(keys) else []


def _walk(report: Report, first: dict | None, stream: Iterator[dict], outside: list[Known], own: list[Known]):
	walk = Walk([*outside, *own])
	faults, unexplained = [], {}
	for value in ([first] if first else []), stream:
		for each in value:
			if "node" in each:
				faults += _skip(walk, each)
				continue
			entry = _entry(each, walk.at + 1)
			report.shown += 1
			report.first, report.last = report.first or entry.sequence, entry.sequence
			right = walk.checked
			faults += walk.take(entry)
			if not entry.salt:
				report.erased += 1
				unexplained[entry.name] = entry
			if walk.checked > right and entry.kept.get("action") == ERASURE:
				for name in _erased_by(entry):
					unexplained.pop(name, None)
	faults += walk.end()
	faults += [
		Fault(each.sequence, each.sequence, ledger.ERASED, each.name, each.doctype)
		for each in unexplained.values()
	]
	report.faults = list(joined(faults))
	report.size, report.checked, report.uncovered = walk.at, walk.checked, walk.uncovered
	report.compared = [each.size for each in outside if each.size in walk.agreed]


def _skip(walk: Walk, value: Mapping) -> list[Fault]:
	try:
		level, hashed = int(value["level"]), bytes.fromhex(value["node"])
		if level > _HIGHEST_LEVEL or len(hashed) != HASH_BYTES:
			raise ValueError("No tree has such a node.")
		return list(walk.skip(level, hashed))
	except (KeyError, TypeError, ValueError, OverflowError) as error:  # of JSON's Infinity
		raise UnreadableExport(f"The part of the tree behind entry {walk.at} is damaged.") from error


def _erased_by(entry: Entry) -> list[str]:
	try:
		return list(json.loads(entry.personal.get("state") or "{}").get("entries", ()))
	except (ValueError, AttributeError):
		return []
