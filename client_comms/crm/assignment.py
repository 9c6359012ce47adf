"""Who becomes responsible for an interaction that arrived by itself (F-2, M-1)."""

import frappe
from frappe.query_builder.functions import Max

from client_comms import clock
from client_comms.client_interactions import alerts
from client_comms.communication_governance import matrix as matrices
from client_comms.enforcement import policy
from client_comms.rules import access


def responsible_for(matrix: str, communication_type: str, level: str, client) -> str | None:
	"""The client's account manager if they hold the responsible role, else whoever was given one longest ago.

	:param client: a `crm.parties.Client`
	:returns: a user who holds the responsible role and is cleared for the level, or None
	"""
	roles = matrices.responsible_roles(matrix, communication_type)
	if not roles:  # left to the assigned staff: anybody who deals with clients
		roles = frozenset().union(*policy.current().responsible_roles.values())
	candidates = set().union(*(alerts.users_with_role(role) for role in roles)) - {"Administrator"}
	manager = policy.account_manager(client.party_type, client.party)
	in_turn = ([manager] if manager in candidates else []) + _longest_idle_first(candidates)
	return next((user for user in in_turn if _cleared(user, level)), None)


def _longest_idle_first(users: set[str]) -> list[str]:
	if not users:
		return []
	table = frappe.qb.DocType("Client Interaction")
	last = dict(
		frappe.qb.from_(table)
		.where(table.responsible_staff.isin(list(users)))
		.groupby(table.responsible_staff)
		.select(table.responsible_staff, Max(table.name))
		.run()
	)
	return sorted(users, key=lambda user: (last.get(user) or "", user))


def _cleared(user: str, level: str) -> bool:
	record = access.Record(level=level, matrix=None, communication_type=None, responsible_staff=user)
	return access.decide(policy.subject(user), record, policy.current(), access.READ, clock.now()).allowed
