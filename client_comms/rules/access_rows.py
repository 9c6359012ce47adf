"""The access rule as rows: which of them a list can show (clauses D-5, P-2).

The same rule as `rules.access.decide`, of which it uses the parts, so that a list and a document cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from client_comms.rules import access, access_limits
from client_comms.rules.access import Policy, Record, Subject


@dataclass(frozen=True, slots=True)
class RowFilter:
	"""`decide` for one subject and action, as the sets of rows that a list can show.

	A row whose level is not in `known_levels` is treated as one of the level `strictest`; then it is
	shown if any of the sets contains it.
	"""

	everything: bool = False
	# Levels at which every row is shown.
	open_levels: frozenset[str] = frozenset()
	# Level -> (matrix version, communication type) pairs for which the user has a responsible role.
	type_levels: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
	# Levels at which rows are shown only if the user takes part.
	participant_levels: frozenset[str] = frozenset()
	# Levels at which rows are shown if the user is the client's account manager.
	account_manager_levels: frozenset[str] = frozenset()
	known_levels: frozenset[str] = frozenset()
	strictest: str | None = None
	# Of all of these, only rows to which User Permissions do not restrict the user.
	limits: tuple[access_limits.Limit, ...] = ()

	@property
	def all_levels(self) -> bool:
		"""Whether every row is shown, whatever its level, its type and who takes part in it."""
		return self.everything or bool(
			not self.limits and self.known_levels and self.open_levels >= self.known_levels
		)

	@property
	def empty(self) -> bool:
		"""Whether no row can match."""
		return not (
			self.everything
			or self.open_levels
			or self.type_levels
			or self.participant_levels
			or self.account_manager_levels
		)

	def opens(self, level: str, matrix: str | None, communication_type: str | None) -> bool:
		"""Whether a row is shown by its level and type alone, regardless of who takes part in it."""
		return self.everything or (
			level in self.open_levels or (matrix, communication_type) in self.type_levels.get(level, ())
		)

	def reaches(self, level: str) -> bool:
		"""Whether any row at a level can be shown."""
		return self.everything or level in self.open_levels or level in self.participant_levels

	def matches(self, record: Record, user: str, now: datetime) -> bool:
		"""Whether the sets show `record` to `user` at `now`. The SQL built from them must give the same answer."""
		level = record.level if record.level in self.known_levels else self.strictest
		if self.everything:
			return True
		return not access_limits.are_exceeded(self.limits, record.links) and (
			self.opens(level, record.matrix, record.communication_type)
			or (level in self.participant_levels and access.takes_part(user, record, now) is not None)
			or (level in self.account_manager_levels and record.account_manager == user)
		)


def row_filter(subject: Subject, policy: Policy, action: str) -> RowFilter:
	"""Express the rule of `decide` as the rows on which `subject` can do `action` (clauses D-5, P-2)."""
	responsible_for = frozenset(
		matrix_and_type
		for matrix_and_type, roles in policy.responsible_roles.items()
		if roles & subject.roles
	)
	open_levels, type_levels, participant_levels, account_manager_levels = set(), {}, set(), set()
	for name, level in policy.levels.items():
		rows = access.cleared_rows(subject, level, action)
		if not rows or not access.training_suffices(subject, level):
			continue
		if level.need_to_know == access.ROLE or access.oversight(rows, level):
			open_levels.add(name)
			continue
		participant_levels.add(name)
		if level.need_to_know == access.RESPONSIBLE_PARTY:
			account_manager_levels.add(name)
			if responsible_for:
				type_levels[name] = responsible_for
	return RowFilter(
		everything=subject.bypass,
		open_levels=frozenset(open_levels),
		type_levels=type_levels,
		participant_levels=frozenset(participant_levels),
		account_manager_levels=frozenset(account_manager_levels),
		known_levels=frozenset(policy.levels),
		limits=subject.limits,
		strictest=policy.strictest.name if policy.levels else None,
	)
