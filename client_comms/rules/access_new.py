"""Decides who can log a new record (clause D-1)."""

from datetime import datetime

from client_comms.rules.access import ADMINISTRATOR, Decision, Policy, Subject
from client_comms.rules.messages import Message, _, listed

BY_CLIENT_FACING_ROLE = "client-facing-role"
NOT_CLIENT_FACING = "not-client-facing"


def client_facing(policy: Policy, now: datetime) -> frozenset[str]:
	"""The roles that a version in force at `now` makes responsible for some type; those of all versions while none is in force."""
	latest: dict[str, tuple[datetime, str]] = {}
	for company, since, name in policy.versions:
		if since <= now:
			latest[company] = max(latest.get(company, (since, name)), (since, name))
	in_force = {name for _since, name in latest.values()}
	roles = [each for (name, _type), each in policy.responsible_roles.items() if name in in_force]
	return frozenset().union(*(roles or policy.responsible_roles.values()))


def decide_new(subject: Subject, policy: Policy, now: datetime) -> Decision:
	"""Decide whether `subject` may log a new record at `now` (clause D-1): anyone with a role that a matrix version in force makes
	responsible for some type can. What is logged late may be of an older version: whether they can log it is decided as of today.

	Whether the responsible staff have the role of the record's type is checked by the record itself (M-1).
	"""
	if subject.bypass:
		return Decision(True, ADMINISTRATOR, (Message(_("Administrator bypasses all clearances.")),))
	facing = client_facing(policy, now)
	if roles := facing & subject.roles:
		return Decision(
			True,
			BY_CLIENT_FACING_ROLE,
			(Message(_("The role {roles} deals with clients."), {"roles": listed(roles)}),),
		)
	return Decision(
		False,
		NOT_CLIENT_FACING,
		(
			Message(
				_(
					"To log an interaction, you need a role that the communication matrix makes responsible: {roles}."
				),
				{"roles": listed(facing) or "–"},
			),
		),
	)
