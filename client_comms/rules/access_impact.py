"""How many records a user can access, and how a change of roles, clearances or matrix would affect this (D-5, P-2, M-1).

Records that differ only in who takes part are of the same `Kind`: a million records are a few hundred
kinds, each with a count. A user's ties to records are also counted by kind, so `rules.access` is
evaluated once per kind and tie instead of once per record.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from client_comms.rules.access import (
	RESPONSIBLE_PARTY,
	Clearance,
	Grant,
	Policy,
	Record,
	Subject,
)
from client_comms.rules.access_rows import RowFilter, row_filter
from client_comms.rules.matrix_change import Version

# How a user is tied to a record: the closest of these.
PARTICIPANT, GRANTED, ACCOUNT_MANAGER, UNTIED = "participant", "grant", "account-manager", ""


class Kind(NamedTuple):
	"""What is common to records that differ only in who takes part."""

	level: str | None
	matrix: str | None
	communication_type: str | None


@dataclass(frozen=True, slots=True)
class Portion:
	"""The number of records of one kind to which a user has the same tie; `record` represents all of them."""

	record: Record
	tie: str
	records: int


def portions(
	user: str, kinds: Mapping[Kind, int], ties: Mapping[tuple[Kind, str], int], now: datetime
) -> Iterator[Portion]:
	"""All records, grouped by what decides `user`'s access to them; each record is counted once.

	:param kinds: how many records there are of each kind
	:param ties: how many of them the user is tied to, by (kind, closest tie); the rest are untied
	"""
	untied = Counter(kinds)
	for (kind, tie), records in ties.items():
		untied[kind] -= records
		yield Portion(_example(kind, tie, user, now), tie, records)
	for kind, records in untied.items():
		if records > 0:
			yield Portion(_example(kind, UNTIED, user, now), UNTIED, records)


def _example(kind: Kind, tie: str, user: str, now: datetime) -> Record:
	return tied(Record(*kind), tie, user, now)


def tied(record: Record, tie: str, user: str, now: datetime) -> Record:
	"""The record, to which `user` has the tie; a grant is valid until `now`."""
	if tie == PARTICIPANT:
		return replace(record, responsible_staff=user)
	if tie == GRANTED:
		return replace(record, grants=(Grant(user, now),))
	if tie == ACCOUNT_MANAGER:
		return replace(record, account_manager=user)
	return record


# --- simulation ----------------------------------------------------------------------------------


class Case(NamedTuple):
	"""The current or simulated situation of one user; `version` governs all records (None: each keeps its own)."""

	subject: Subject
	policy: Policy
	version: Version | None = None

	def record(self, record: Record) -> Record:
		return self.version.govern(record, self.policy) if self.version else record


def account_managers_count(case: Case, kind: Kind) -> bool:
	"""Whether being the client's account manager can open records of this kind."""
	level = case.policy.level(case.record(Record(*kind)).level)
	return level is not None and level.need_to_know == RESPONSIBLE_PARTY


class Cell(NamedTuple):
	"""The place of a difference: the type, and the level of the records before and after."""

	level: str | None
	level_after: str | None
	communication_type: str | None


@dataclass(slots=True)
class Difference:
	"""The number of records that a user can access only after the change, or only before it."""

	gained: int = 0
	lost: int = 0


def differences(
	before: Case, after: Case, records: Iterable[Portion], action: str, now: datetime
) -> dict[Cell, Difference]:
	"""What one user would gain and lose; cells without a difference are left out.

	:param records: the user's current `portions`
	"""
	return differences_of_moves(
		before,
		after,
		(
			(before.record(portion.record), after.record(portion.record), portion.records)
			for portion in records
		),
		action,
		now,
	)


def differences_of_moves(
	before: Case, after: Case, moves: Iterable[tuple[Record, Record, int]], action: str, now: datetime
) -> dict[Cell, Difference]:
	"""`differences` for records whose state before and after is known.

	:param moves: the record before, the record after, and how many there are of them
	"""
	found: dict[Cell, Difference] = {}
	user = before.subject.user
	rows = row_filter(before.subject, before.policy, action)
	rows_after = row_filter(after.subject, after.policy, action)
	for record, record_after, records in moves:
		had, has = rows.matches(record, user, now), rows_after.matches(record_after, user, now)
		if had == has:
			continue
		cell = Cell(_counted(rows, record), _counted(rows_after, record_after), record.communication_type)
		difference = found.setdefault(cell, Difference())
		if has:
			difference.gained += records
		else:
			difference.lost += records
	return found


def with_clearance(policy: Policy, level: str, clearance: Clearance) -> Policy:
	"""The policy in which `clearance` is the one row of its role at `level`; without actions the role has none."""
	changed = policy.levels[level]
	rows = [row for row in changed.clearances if row.role != clearance.role]
	if clearance.actions:
		rows.append(clearance)
	return replace(policy, levels={**policy.levels, level: replace(changed, clearances=tuple(rows))})


def with_role(subject: Subject, role: str, held: bool) -> Subject:
	"""The user with the role, or without it."""
	return replace(subject, roles=subject.roles | {role} if held else subject.roles - {role})


def _counted(rows: RowFilter, record: Record) -> str | None:
	return record.level if record.level in rows.known_levels else rows.strictest
