"""What becomes of records when another matrix version governs them (M-1).

A record takes the level that the new version states for its type, unless staff chose another one: that stays, except
where the new version is stricter than it was and than the record is. So no change of the matrix undoes a decision about
one record, and none leaves a record below what it now requires for new reasons. Levels are raised in any case; they are lowered
only between levels at which that user could lower a record.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from client_comms.rules.access import Policy, Record

Move = tuple[Record, Record]


def level_under(
	current: str | None, stated: str | None, stated_after: str, rank: Callable[[str | None], int]
) -> str:
	"""The level of a record after its version was replaced.

	:param current: its level now
	:param stated: the level that its present version states for its type; None if that has no rule for it
	:param stated_after: the level that the new version states
	:param rank: as `Policy.rank`
	"""
	if stated is None:
		return max(current, stated_after, key=rank)
	if current == stated:
		return stated_after
	return stated_after if rank(stated_after) > max(rank(current), rank(stated)) else current


@dataclass(frozen=True, slots=True)
class Version:
	"""A matrix version (or a draft): level and responsible roles by type.

	`stated` holds the levels that the versions before it state: (version, type) → level. `lowers` are the levels between which who submits it
	can lower records; None: all, as for a question about what it could open at most.
	"""

	name: str
	levels: Mapping[str, str]
	responsible_roles: Mapping[str, frozenset[str]]
	stated: Mapping[tuple[str, str], str] = field(default_factory=dict)
	lowers: frozenset[str] | None = None

	def govern(self, record: Record, policy: Policy) -> Record:
		"""The record as it would be under this version; one of a type without a rule in it stays as it is."""
		level = self._level(record, policy)
		if level is None:
			return record
		if self._keeps_higher(record, level, policy):
			level = record.level
		return replace(record, matrix=self.name, level=level)

	def not_lowered_to(self, record: Record, policy: Policy) -> str | None:
		"""The lower level that the record would have if who submits the version could lower it; None if that makes no difference."""
		level = self._level(record, policy)
		return level if level is not None and self._keeps_higher(record, level, policy) else None

	def _level(self, record: Record, policy: Policy) -> str | None:
		"""As this version states it, for any user who submits it; None if the record stays as it is."""
		after = self.levels.get(record.communication_type)
		if after is None or record.matrix == self.name:
			return None
		stated = self.stated.get((record.matrix, record.communication_type))
		return level_under(record.level, stated, after, policy.rank)

	def _keeps_higher(self, record: Record, level: str, policy: Policy) -> bool:
		if self.lowers is None or policy.rank(level) >= policy.rank(record.level):
			return False
		return not self.lowers.issuperset((record.level, level))


def with_version(policy: Policy, version: Version) -> Policy:
	"""The policy with the responsible roles of `version`, which may be a draft."""
	roles = {(version.name, kind): each for kind, each in version.responsible_roles.items()}
	return replace(policy, responsible_roles={**policy.responsible_roles, **roles})


def all_moves(version: Version, policy: Policy, replaced: Collection[str]) -> Iterator[Move]:
	"""Every kind of record that can exist under the `replaced` versions, before and after: of each type and at each
	level, those at the level of their type first. Levels of which a record is reminded only by name come last.
	"""
	found: list[tuple[bool, Move]] = []
	for matrix in replaced or (None,):
		for kind in version.levels:
			stated = version.stated.get((matrix, kind))
			for level in (*policy.levels, None):
				record = Record(level, matrix, kind)
				found.append((level != stated, (record, version.govern(record, policy))))
	found.sort(key=lambda each: each[0])
	return (move for _unusual, move in found)


def unmoved(policy: Policy) -> Iterator[Move]:
	"""The same for a change of levels or clearances: every record stays what it is."""
	for matrix, kind in (*policy.responsible_roles, (None, None)):
		for level in (*policy.levels, None):
			record = Record(level, matrix, kind)
			yield record, record
