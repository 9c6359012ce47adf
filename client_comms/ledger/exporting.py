"""Exports the ledger, or what of it belongs to a period or a client, as a file that proves itself (P-2, R-3).

`rules.ledger_export` has the format, and `python -m client_comms verify` reads it without a site.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.utils import cstr, get_datetime, getdate

from client_comms import clock
from client_comms.ledger import chaining, checkpoints, keys
from client_comms.ledger.entries import CHECKPOINT, ENTRY, ERASURE, EXPORT, SEAL_FIELDS, record, texts
from client_comms.ledger.erasure import entries_about
from client_comms.rules import ledger as rules
from client_comms.rules import ledger_export
from client_comms.rules.ledger_export import Leaf
from client_comms.rules.signed_notes import NEW_KEY

_CHUNK = 5000
# DocType → the fields that name the client: of its DocType and its name, or of a link to the only DocType that it can be.
_CLIENT_FIELDS = {
	"Client Interaction": ("party_type", "party"),
	"Client Consent": ("party_type", "party"),
	"Client Disclosure": ("party_type", "party"),
	"Identity Verification": ("party_type", "party"),
	"Opportunity": ("opportunity_from", "party_name"),
}
_CUSTOMER_FIELDS = {"Issue": "customer"}
# DocType → the field that names the interaction.
_INTERACTION_FIELDS = {"Interaction Access Grant": "interaction", "Communication": "client_interaction"}


@dataclass(frozen=True, slots=True)
class Wanted:
	"""Which entries an export shows.

	:param since: from the first entry of this moment, as stored; by default from the first entry
	:param until: to the last entry before this moment; by default to the end
	:param party: only entries about this client: DocType and name
	:param sizes: of checkpoints that were kept outside, and with which it is to be compared
	"""

	since: object = None
	until: object = None
	party: tuple[str, str] | None = None
	sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
	"""What an export shows: the entries from `first` to `last`, and of them those with these `names` alone if it is not None.
	It reads all entries of the tree, which has this `size`."""

	size: int
	first: int
	last: int
	names: frozenset[str] | None

	@property
	def count(self) -> int:
		return self.last - self.first + 1 if self.names is None else len(self.names)


def shown(wanted: Wanted) -> Shown:
	"""What an export shows. If entries were erased since the last checkpoint, there is a new one: it covers what says so.

	Call it before anything is written: a checkpoint is committed.
	"""
	size = _size()
	if _has_erasures_after(size):
		chaining.chain()
		size = _size()
	names = frozenset(_names_about(*wanted.party)) if wanted.party else None
	return Shown(size, *_places(wanted, size), names)


def export(wanted: Wanted, found: Shown | None = None) -> Iterator[str]:
	"""The lines of the file, of entries that a checkpoint covers; the export is itself an entry.

	:param found: what `shown` returned, if it was asked before
	:raises frappe.ValidationError: there is no checkpoint yet
	"""
	found = found or shown(wanted)
	if not found.size:
		frappe.throw(
			_("The ledger has no signed checkpoint yet. The scheduler signs one within minutes."),
			title=_("Nothing to Export"),
		)
	told = {"since": cstr(wanted.since or ""), "until": cstr(wanted.until or "")}
	if wanted.party:
		told.update(zip(("party_type", "party"), wanted.party, strict=True))
	record(
		EXPORT, ENTRY, None, None, reason=", ".join(f"{key}: {value}" for key, value in told.items() if value)
	)
	ring = keys.ring()
	header = {
		"origin": ring.current.name,
		"keys": [str(key) for key in ring.public],
		"made_on": cstr(clock.now()),
		"time_zone": cstr(clock.site_zone()),
		"entries": [found.first, found.last],
		**told,
	}
	# Of a client's entries, those of each day are few; all checkpoints between them would cost more than they.
	within = (found.first, found.last) if found.names is None else (0, -1)
	covered = _boundaries(*within, found.size)
	sizes = sorted(covered | {each for each in wanted.sizes if each <= found.size})
	return ledger_export.lines(header, _notes(sizes), _leaves(found), sizes)


def _size() -> int:
	"""How many entries the last signed checkpoint covers."""
	rows = frappe.get_all(
		CHECKPOINT, {"root_hash": ("is", "set")}, pluck="sequence", order_by="sequence desc", limit=1
	)
	return rows[0] if rows else 0


def _has_erasures_after(size: int) -> bool:
	erasure = {"action": ERASURE, "reference_doctype": ENTRY}
	return any(frappe.db.exists(ENTRY, {"sequence": place, **erasure}) for place in (0, (">", size)))


def _places(wanted: Wanted, size: int) -> tuple[int, int]:
	"""The first and the last place; without gaps, although an entry may come after one that was written later."""

	def at(operator: str, moment, order: str, default: int) -> int:
		if not moment:
			return default
		rows = frappe.get_all(
			ENTRY,
			[["at", operator, get_datetime(moment)], ["sequence", ">", 0], ["sequence", "<=", size]],
			pluck="sequence",
			order_by=f"sequence {order}",
			limit=1,
		)
		return rows[0] if rows else 0

	first, last = at(">=", wanted.since, "asc", 1), at("<", wanted.until, "desc", size)
	return (first, last) if 0 < first <= last else (0, -1)


def _boundaries(first: int, last: int, size: int) -> set[int]:
	"""Sizes at which the export can be compared: those among the places that are shown, and the last of each other day; and
	those whose checkpoints name a new key, without which nothing later could be trusted by who knows an earlier one."""
	sizes, by_day = {size, *_new_keys(size)}, {}
	for row in checkpoints.stored(until=size, columns=("name", "sequence", "root_hash", "made_on")):
		if row.root_hash:
			by_day[getdate(row.made_on)] = row.sequence
			if first <= row.sequence <= last:
				sizes.add(row.sequence)
	return sizes | set(by_day.values())


def _new_keys(size: int) -> Iterator[int]:
	"""Where each new key was named first."""
	seen = set()
	for row in frappe.get_all(
		CHECKPOINT,
		{"sequence": ("<=", size), "note": ("like", f"%\n{NEW_KEY}%")},
		["sequence", "note"],
		order_by="sequence asc",
	):
		named = row.note.partition(f"\n{NEW_KEY}")[2].partition("\n")[0]
		if named not in seen:
			seen.add(named)
			yield row.sequence


def _notes(sizes: Iterable[int]) -> Iterator[tuple[str, object]]:
	wanted = set(sizes)
	for row in checkpoints.stored():
		if row.sequence in wanted and (known := checkpoints.known(row)).tree is not None and row.note:
			yield row.note, known.tree


def _leaves(found: Shown) -> Iterator[Leaf]:
	"""Every place of the tree, with the content of those that are shown, and of the erasures that explain them."""
	size, first, last, names = found.size, found.first, found.last, found.names
	erasures = _erasures(first, last, names)
	at, table = 0, frappe.qb.DocType(ENTRY)
	while rows := (
		frappe.qb.from_(table)
		.select(table.sequence, table.name, table.digest)
		.where((table.sequence > at) & (table.sequence <= size))
		.orderby(table.sequence, table.name)
		.limit(_CHUNK)
		.run()
	):
		shown = [
			name
			for sequence, name, _digest in rows
			if name in erasures or (first <= sequence <= last and (names is None or name in names))
		]
		contents = _contents(shown)
		for sequence, name, digest in rows:
			if sequence <= at:
				continue  # inserted later; the digest of one of the two is not that of the checkpoint
			for missing in range(at + 1, sequence):
				yield Leaf(missing, "")
			yield Leaf(sequence, digest or "", contents.get(name))
			at = sequence
	for missing in range(at + 1, size + 1):
		yield Leaf(missing, "")


def _erasures(first: int, last: int, names: frozenset[str] | None) -> set[str]:
	rows = frappe.get_all(
		ENTRY,
		[["sequence", ">=", first], ["sequence", "<=", last], ["erased_by", "is", "set"]],
		["name", "erased_by"],
		order_by="sequence asc",
	)
	return {row.erased_by for row in rows if names is None or row.name in names}


def _contents(names: list[str]) -> dict[str, dict]:
	if not names:
		return {}
	fields = (*rules.KEPT_FIELDS, *rules.PERSONAL_FIELDS, *SEAL_FIELDS, "previous_hash", "entry_hash")
	return {
		row.name: {
			"kept": _filled(texts(row, rules.KEPT_FIELDS)),
			"personal": _filled(texts(row, rules.PERSONAL_FIELDS)),
			**_filled(texts(row, (*SEAL_FIELDS, "previous_hash", "entry_hash"))),
		}
		for row in frappe.get_all(ENTRY, {"name": ("in", names)}, fields, order_by="name asc")
	}


def _filled(values: dict[str, str]) -> dict[str, str]:
	return {key: value for key, value in values.items() if value}


def _names_about(party_type: str, party: str) -> set[str]:
	"""Entries about a client and about the documents that name it now."""
	records = {party_type: [party]}
	for doctype, (type_field, name_field) in _CLIENT_FIELDS.items():
		records[doctype] = frappe.get_all(doctype, {type_field: party_type, name_field: party}, pluck="name")
	if party_type == "Customer":
		for doctype, field in _CUSTOMER_FIELDS.items():
			records[doctype] = frappe.get_all(doctype, {field: party}, pluck="name")
	if interactions := records["Client Interaction"]:  # an empty list would find what is about no interaction
		for doctype, field in _INTERACTION_FIELDS.items():
			records[doctype] = frappe.get_all(doctype, {field: ("in", interactions)}, pluck="name")
	return set(entries_about((doctype, name) for doctype, names in records.items() for name in names))
