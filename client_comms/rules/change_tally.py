"""What a change of the policy does to the records, counted one by one: the same for a simulation and for what was
really done, so that both can be compared (M-1).

A tally can be stored after any record and continued. It holds numbers, and a few names for each as examples.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from client_comms.rules import access_impact
from client_comms.rules.access import Record, takes_part
from client_comms.rules.access_impact import ACCOUNT_MANAGER, GRANTED, PARTICIPANT, UNTIED

EXAMPLES = 20
CLOCKS = ("acknowledge", "respond", "promise")

# Sections, with what their keys consist of
LEVELS = "levels"  # type, level before, level after
NOT_LOWERED = "not_lowered"  # type, level that stays, level that the version states: who submits it cannot lower between them
DEADLINES = "deadlines"  # type, clock, status before, status after; or `LATER` or `EARLIER` if only the day on which it is due changes
HINDSIGHT = "hindsight"  # the same, as if the record had been governed by the change from its first day
DOCUMENTATION = "documentation"  # type, method, state before, state after
UNCOVERED = "uncovered"  # type
MOVES = "moves"  # type, level and version before, level and version after
TIES = "ties"  # user, tie, and a key of MOVES
KEYS: Mapping[str, tuple[str, ...]] = {
	LEVELS: ("communication_type", "from", "to"),
	NOT_LOWERED: ("communication_type", "from", "to"),
	DEADLINES: ("communication_type", "clock", "from", "to"),
	HINDSIGHT: ("communication_type", "clock", "from", "to"),
	DOCUMENTATION: ("communication_type", "documentation_method", "from", "to"),
	UNCOVERED: ("communication_type",),
}

LATER, EARLIER = "Due Later", "Due Earlier"

# States of a documentation method on a record
NOT_OWED, ON_FILE, MISSING = "Not Required", "On File", "Missing"


@dataclass(frozen=True, slots=True)
class State:
	"""A record before or after the change.

	`clocks` are the statuses of `CLOCKS`, and `due` when they are due as long as they can still be met; `owed` holds the
	documentation methods required, `missing` those of them without evidence.
	"""

	record: Record
	clocks: tuple[str, ...] = ()
	due: tuple[datetime | None, ...] = ()
	owed: frozenset[str] = frozenset()
	missing: frozenset[str] = frozenset()

	def documentation(self, method: str) -> str:
		if method not in self.owed:
			return NOT_OWED
		return MISSING if method in self.missing else ON_FILE


@dataclass(slots=True)
class Tally:
	"""Section → key → number of records, and names of some of them."""

	checked: int = 0
	counts: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
	examples: dict[str, dict[tuple, list[str]]] = field(default_factory=lambda: defaultdict(dict))

	def add(
		self,
		name: str,
		before: State,
		after: State | None,
		now: datetime,
		hindsight: tuple[str, ...] = (),
		not_lowered_to: str | None = None,
	) -> None:
		"""Count one record.

		:param after: None if the change has no rule for its type, so that it stays as it is
		:param hindsight: the statuses of its clocks if it had always been governed by the change; empty if not asked
		:param not_lowered_to: as of `matrix_change.Version`
		"""
		self.checked += 1
		kind = before.record.communication_type
		if after is None:
			self._count(UNCOVERED, (kind,), name)
		after = after or before
		self._count(LEVELS, (kind, before.record.level, after.record.level), name)
		if not_lowered_to is not None:
			self._count(NOT_LOWERED, (kind, before.record.level, not_lowered_to), name)
		self._count_clocks(DEADLINES, kind, before.clocks, after.clocks, name)
		for clock, status, change in _postponed(before, after):
			self._count(DEADLINES, (kind, clock, status, change), name)
		self._count_clocks(HINDSIGHT, kind, before.clocks, hindsight or before.clocks, name)
		for method in sorted(before.owed | after.owed):
			states = (before.documentation(method), after.documentation(method))
			if states[0] != states[1]:
				self._count(DOCUMENTATION, (kind, method, *states), name)
		move = (kind, before.record.level, before.record.matrix, after.record.level, after.record.matrix)
		self._count(MOVES, move, name)
		for user, tie in _ties(before.record, now):
			self.counts[TIES][(user, tie, *move)] += 1

	def _count_clocks(self, section: str, kind: str, before, after, name: str) -> None:
		for clock, old, new in zip(CLOCKS, before, after, strict=False):
			if old != new:
				self._count(section, (kind, clock, old, new), name)

	def _count(self, section: str, key: tuple, name: str) -> None:
		self.counts[section][key] += 1
		names = self.examples[section].setdefault(key, [])
		if len(names) < EXAMPLES:
			names.append(name)

	def rows(self, section: str) -> list[dict]:
		"""The section as rows with the fields of `KEYS` and `records`, in the order of the keys."""
		return [
			{**dict(zip(KEYS[section], key, strict=True)), "records": records}
			for key, records in sorted(self.counts[section].items(), key=lambda item: _sortable(item[0]))
		]

	def moves(self, user: str, now: datetime) -> Iterator[tuple[Record, Record, int]]:
		"""Every record as it concerns `user`: before, after, and how many there are of them."""
		yield from self.moves_of_users([user], now)[user]

	def moves_of_users(
		self, users: Iterable[str], now: datetime
	) -> dict[str, list[tuple[Record, Record, int]]]:
		"""`moves` for many users, in one pass over the ties."""
		tied: dict[str, list] = defaultdict(list)
		for (user, tie, *move), records in self.counts[TIES].items():
			tied[user].append((tie, tuple(move), records))
		found = {}
		for user in users:
			rest = Counter(self.counts[MOVES])
			found[user] = []
			for tie, move, records in tied[user]:
				rest[move] -= records
				found[user].append((*_records(move, tie, user, now), records))
			found[user] += [
				(*_records(move, UNTIED, user, now), records) for move, records in rest.items() if records > 0
			]
		return found

	def as_data(self) -> dict:
		"""For JSON; `from_data` reads it."""
		return {
			"checked": self.checked,
			"counts": {
				section: [[*key, n] for key, n in each.items()] for section, each in self.counts.items()
			},
			"examples": {
				section: [[[*key], names] for key, names in each.items()]
				for section, each in self.examples.items()
			},
		}

	@classmethod
	def from_data(cls, data: Mapping) -> "Tally":
		tally = cls(data.get("checked", 0))
		for section, rows in data.get("counts", {}).items():
			tally.counts[section].update({tuple(key): n for *key, n in rows})
		for section, rows in data.get("examples", {}).items():
			tally.examples[section] = {tuple(key): names for key, names in rows}
		return tally


def _postponed(before: State, after: State) -> Iterator[tuple[str, str, str]]:
	"""Deadlines that are owed before and after, but not by the same time: clock, status, and `LATER` or `EARLIER`."""
	moments = zip(CLOCKS, before.clocks, after.clocks, before.due, after.due, strict=False)
	for clock, status, status_after, due, due_after in moments:
		if status == status_after and due and due_after and due != due_after:
			yield clock, status, LATER if due_after > due else EARLIER


def _records(move: tuple, tie: str, user: str, now: datetime) -> tuple[Record, Record]:
	kind, level, matrix, level_after, matrix_after = move
	return tuple(
		access_impact.tied(Record(*each, kind), tie, user, now)
		for each in ((level, matrix), (level_after, matrix_after))
	)


def _ties(record: Record, now: datetime) -> Iterator[tuple[str, str]]:
	"""Every user who is tied to the record, with the closest tie."""
	granted = {grant.user for grant in record.grants}
	named = {record.responsible_staff, record.account_manager, *record.assignees, *granted} - {None, ""}
	for user in sorted(named):
		if user == record.responsible_staff or user in record.assignees:
			yield user, PARTICIPANT
		elif user in granted and takes_part(user, record, now):
			yield user, GRANTED
		elif user == record.account_manager:
			yield user, ACCOUNT_MANAGER


def _sortable(key: tuple) -> tuple[str, ...]:
	return tuple(str(each or "") for each in key)
