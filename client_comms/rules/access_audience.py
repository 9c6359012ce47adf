"""Who can read a record, as its form says it: everyone with certain roles, and the people who take part (clauses D-5, P-2).

The same rule as `rules.access.decide`, of which it uses the parts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from client_comms.rules import access
from client_comms.rules.access import Policy, Record, Subject


@dataclass(frozen=True, slots=True)
class Roles:
	"""`all`: every holder of these roles can read the record. `if_cleared`: holders of these can who have clearance by another
	role."""

	all: frozenset[str] = frozenset()
	if_cleared: frozenset[str] = frozenset()


def roles(record: Record, policy: Policy) -> Roles:
	"""The roles by which users can read `record` without taking part in it, with the training that its level requires."""
	level = policy.level(record.level)
	if level is None or level.closed:
		return Roles()
	readers = frozenset(row.role for row in level.clearances if row.allows(access.READ))
	overseers = frozenset(row.role for row in level.clearances if row.oversight and row.allows(access.READ))
	if level.need_to_know == access.ROLE:
		return Roles(readers)
	if level.need_to_know != access.RESPONSIBLE_PARTY:
		return Roles(overseers)
	responsible = policy.responsible_roles.get((record.matrix, record.communication_type), frozenset())
	return Roles(overseers | (readers & responsible), responsible - readers if readers else frozenset())


def people(record: Record, now: datetime) -> frozenset[str]:
	"""The users who take part in `record`, or manage its client's account, whatever their clearance."""
	granted = {grant.user for grant in record.grants if grant.valid_until >= now}
	named = {record.responsible_staff, record.account_manager, *record.assignees, *granted}
	return frozenset(filter(None, named))


def ends(subjects: Iterable[Subject], record: Record, policy: Policy, now: datetime) -> dict[str, datetime]:
	"""User → when their access ends, for those of `readers` who have it by a grant alone."""
	read = set(readers(subjects, record, policy, now))
	read.difference_update(readers(subjects, replace(record, grants=()), policy, now))
	return {user: max(each.valid_until for each in record.grants if each.user == user) for user in read}


def readers(subjects: Iterable[Subject], record: Record, policy: Policy, now: datetime) -> list[str]:
	"""The users among `subjects` who can read `record`."""
	return [each.user for each in subjects if access.decide(each, record, policy, access.READ, now)]
