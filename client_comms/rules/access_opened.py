"""Whether a change of the matrix, a level or a clearance opens anything to anyone (clauses D-5, M-1).

The records that exist prove little: the next one may be of another kind. But what decides about access is finite (roles,
levels with their need-to-know, types, ties, training, actions), so all of it is walked. Of roles, one to three at a time
suffice: a clearance comes from one role, the responsibility for a type from one role, and what Frappe's Role Permissions
Manager must allow besides from one role, and no further role takes anything away. So whatever a user with more roles
gains, a user with these gains as well.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, product

from client_comms.rules.access import ACTIONS, Policy, Record, Subject
from client_comms.rules.access_impact import ACCOUNT_MANAGER, PARTICIPANT, UNTIED, tied
from client_comms.rules.access_rows import row_filter
from client_comms.rules.matrix_change import Move

USER = "user"
_MOMENT = datetime(2000, 1, 1)  # no grant is involved: holding one is taking part
_TIES = (UNTIED, ACCOUNT_MANAGER, PARTICIPANT)
Permissions = Mapping[str, Collection[str]]  # role → actions


@dataclass(frozen=True, slots=True)
class Opening:
	"""Access that exists only after the change: a user with these roles and this tie can do `action` on the record
	`after` it, and could not do so on what it was `before`."""

	roles: tuple[str, ...]
	tie: str
	trained: bool
	action: str
	before: Record
	after: Record

	def subject(self, user: str = USER) -> Subject:
		return Subject(user, frozenset(self.roles), self.trained)

	def records(self, user: str = USER) -> tuple[Record, Record]:
		"""Before and after, with the tie to `user`."""
		return tied(self.before, self.tie, user, _MOMENT), tied(self.after, self.tie, user, _MOMENT)


def first_opening(
	before: Policy, after: Policy, moves: Iterable[Move], permissions: Permissions | None = None
) -> Opening | None:
	"""The smallest example of new access, or None: no one can reach anything that they could not reach before.

	Smallest: the fewest roles, then the loosest tie, then without training, then the first action of `ACTIONS`, then the
	first of `moves`.

	:param moves: every kind of record, before and after the change, without ties
	:param permissions: what the Role Permissions Manager allows; by default all
	"""
	distinct = list(_distinct(before, after, moves))
	roles = sorted(_roles(before) | _roles(after) | set(permissions or ()))
	matters = any(level.require_training for policy in (before, after) for level in policy.levels.values())
	for number in (1, 2) if permissions is None else (1, 2, 3):
		found = (
			opening
			for chosen in combinations(roles, number)
			for trained in ((False, True) if matters else (True,))
			for opening in _openings(before, after, distinct, chosen, trained, permissions)
		)
		if smallest := min(found, key=lambda each: each[0], default=None):
			return smallest[1]
	return None


def _openings(
	before: Policy,
	after: Policy,
	moves: list[Move],
	roles: tuple[str, ...],
	trained: bool,
	permissions: Permissions | None,
) -> Iterator[tuple[tuple, Opening]]:
	"""The first opening of each tie and action, with its place in the order."""
	subject = Subject(USER, frozenset(roles), trained)
	for place, action in enumerate(ACTIONS):
		if permissions is not None and not any(action in permissions.get(role, ()) for role in roles):
			continue
		had, has = row_filter(subject, before, action), row_filter(subject, after, action)
		if has.empty:
			continue
		for (nearness, tie), (number, (old, new)) in product(enumerate(_TIES), enumerate(moves)):
			if has.matches(tied(new, tie, USER, _MOMENT), USER, _MOMENT) and not had.matches(
				tied(old, tie, USER, _MOMENT), USER, _MOMENT
			):
				order = (nearness, trained, place, number, roles)
				yield order, Opening(roles, tie, trained, action, old, new)
				break


def _distinct(before: Policy, after: Policy, moves: Iterable[Move]) -> Iterator[Move]:
	"""One of all moves that the rule cannot tell apart."""
	seen = set()
	for old, new in moves:
		kind = (
			old.level,
			new.level,
			before.responsible_roles.get((old.matrix, old.communication_type)),
			after.responsible_roles.get((new.matrix, new.communication_type)),
		)
		if kind not in seen:
			seen.add(kind)
			yield old, new


def _roles(policy: Policy) -> set[str]:
	"""Every role that decides about anything."""
	cleared = {row.role for level in policy.levels.values() for row in level.clearances}
	return cleared.union(*policy.responsible_roles.values())
