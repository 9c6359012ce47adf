"""Decides who becomes responsible for an interaction that arrived automatically (F-2, M-1).

In this order: the user named by a Frappe Assignment Rule, the client's account manager (or their substitute), the holder of
the responsible role whose turn it is; if none of them is possible, a holder of the manager role, and without one with clearance a
user with oversight of the level. Users who are away until the first deadline has passed are left out.
"""

import copy
from collections.abc import Collection, Iterable
from datetime import datetime

import frappe
from frappe.automation.doctype.assignment_rule.assignment_rule import AssignmentRule
from frappe.query_builder.functions import Count
from frappe.utils import add_days

from client_comms import alerts, clock, controls
from client_comms.client_interactions import action_items, responsible_staff
from client_comms.communication_governance import calendars
from client_comms.communication_governance import matrix as matrices
from client_comms.communication_governance.doctype.assignment_share import assignment_share
from client_comms.enforcement import dependents, documents, governed, guards, policy, procedure_roles, sharing
from client_comms.people import absences
from client_comms.roles import COMPLIANCE_OFFICER, users_with_role
from client_comms.rules import absence, access
from client_comms.rules.response_clock import STATUS_CLOSED

INTERACTION = "Client Interaction"
_WITH_PARTICIPANTS = (INTERACTION, *documents.SETTING)  # which a user can read because of an assignment
_RECENT_DAYS = 30  # in which shares are kept


def responsible_for(
	matrix: str, communication_type: str, level: str, client, company: str | None
) -> str | None:
	"""The client's account manager if they have the responsible role, otherwise the holder who was assigned
	one longest ago.

	:param client: a `clients.parties.Client`
	:param company: by whose calendar deadlines run
	:returns: a user with the responsible role and clearance for the level, or None
	"""
	candidates = _holders(matrix, communication_type)
	manager = policy.account_manager(client.party_type, client.party)
	present = back_in_time(candidates, matrix, communication_type, company)
	if manager in candidates and manager not in present:
		named = absences.substitute(manager)
		manager = named.user if named else None
	if manager in present and is_cleared(manager, level):
		return manager
	return next((user for user in _in_turn(present) if is_cleared(user, level)), None)


def back_in_time(
	users: set[str],
	matrix: str | None,
	communication_type: str,
	company: str | None,
	priority: str | None = None,
) -> set[str]:
	"""Those of `users` who are not away, or are back before something new of the type is due first."""
	away = absences.away(users)
	if not away:
		return users
	rule = matrix and matrices.deadlines_for(matrix, communication_type, priority)
	days = [each for each in (rule.acknowledge_within_days, rule.respond_within_days) if each] if rule else []
	calendar = calendars.for_company(company)
	due = calendar.deadline(clock.to_aware(clock.now()), min(days)) if days else None
	return {user for user in users if absence.is_back_in_time(away.get(user), clock.to_stored(due))}


def for_log(matrix: str, communication_type: str, level: str, client) -> str | None:
	"""Whose it becomes what the session user logs by hand: theirs, if they may be responsible for it; else as if it had arrived.

	:param client: the interaction: it has `party_type`, `party` and `company`
	"""
	kind = responsible_staff.Kind(matrix, communication_type, level)
	if responsible_staff.is_possible(policy.subject(), kind):
		return frappe.session.user
	found = responsible_for(matrix, communication_type, level, client, client.company)
	return found or manager_for(level)


def by_rule(doc) -> str | None:
	"""The user whom the first matching Assignment Rule names for a new interaction, if they can be responsible for it.

	Frappe applies the rule itself after the interaction is saved and selects the same user: its assignment
	becomes the action item (see `GuardedAssignmentRule`). So the rule is only evaluated here.
	"""
	for rule in _rules():
		if rule.is_rule_not_applicable_today() or not rule.safe_eval("assign_condition", doc.as_dict()):
			continue
		if user := rule.get_user(doc.as_dict()):
			return user if user in _holders(doc.matrix, doc.communication_type) else None
	return None


def manager_for(level: str, besides: str | None = None) -> str | None:
	"""The holder of the manager role with clearance for the level whose turn it is; one who is away only if all are. If there is none, a
	user with oversight of the level or a Compliance Officer, one who can write there first: every interaction has an owner (F-2).

	:param besides: a user to exclude
	"""
	managers = alerts.managers() - {"Administrator", besides}
	if found := _first_cleared(managers, level):
		return found
	rules = policy.current()
	others = users_with_role(*access.oversight_roles(rules, level), COMPLIANCE_OFFICER)
	others -= {"Administrator", besides, *managers}
	writers = users_with_role(*access.roles_cleared(rules, level, access.WRITE)) & others
	return _first_cleared(writers, level) or _first_cleared(others - writers, level)


def _first_cleared(users: set[str], level: str) -> str | None:
	away = absences.away(users)
	# One turn for all, then those without a share; of these, who is there comes first.
	in_turn = sorted([*_in_turn(users), *sorted(users)], key=lambda user: user in away)
	return next((user for user in in_turn if is_cleared(user, level)), None)


def needs_to_know(user: str, matrix: str, communication_type: str, level: str) -> bool:
	"""Whether a record can become a user's although they have not dealt with it: they have its responsible role, or see
	every record of the level anyway (M-1, D-5)."""
	if user in _holders(matrix, communication_type):
		return True
	record = access.Record(level=level, matrix=matrix, communication_type=communication_type)
	return access.has_oversight(policy.subject(user), record, policy.current())


def may_be_responsible(user: str, matrix: str, communication_type: str, level: str) -> bool:
	"""See `eligible`."""
	return bool(eligible([policy.subject(user)], matrix, communication_type, level))


def eligible(
	subjects: Iterable[access.Subject], matrix: str, communication_type: str, level: str
) -> set[str]:
	"""The users who have clearance for the level and, if the settings enforce it, the responsible role of the type or the
	manager role, see `responsible_staff.required_roles` (M-1); at most two queries."""
	cleared = {subject.user for subject in subjects if sharing.is_cleared(subject, level)}
	if not cleared or not controls.is_enforced("responsible_party_mode"):
		return cleared
	kind = responsible_staff.Kind(matrix, communication_type, level)
	if matrices.responsible_roles(matrix, communication_type) and not responsible_staff.required_roles(kind):
		return cleared
	return cleared & ({"Administrator"} | _holders(matrix, communication_type) | alerts.managers())


def is_cleared(user: str, level: str) -> bool:
	"""Whether taking part would let the user open a record of the level."""
	return sharing.is_cleared(policy.subject(user), level)


def _holders(matrix: str, communication_type: str) -> set[str]:
	"""Enabled users with a role that is responsible for the type."""
	roles = matrices.responsible_roles(matrix, communication_type)
	if not roles:  # assigned staff: anyone who deals with clients
		roles = procedure_roles.client_facing()
	return users_with_role(*roles) - {"Administrator"} if roles else set()


def _in_turn(users: set[str]) -> list[str]:
	"""Whose turn it is, first to last; shares are counted only if someone has one."""
	if not users:
		return []
	table, last = frappe.qb.DocType(INTERACTION), _last_assigned(users)
	shares = {user: share for user, share in assignment_share.shares().items() if user in users}
	recent, still_open = {}, {}
	if len({share.weight for share in shares.values()} | ({100} if len(shares) < len(users) else set())) > 1:
		since = add_days(clock.now(), -_RECENT_DAYS)
		recent = _counts(users, table.occurred_on >= since)
	if limited := [user for user, share in shares.items() if share.most_open]:
		still_open = _counts(limited, table.status != STATUS_CLOSED)
	return absence.in_turn(
		absence.Candidate(
			user,
			last.get(user, ()),
			recent.get(user, 0),
			still_open.get(user, 0),
			shares[user].weight if user in shares else 100,
			shares[user].most_open if user in shares else 0,
		)
		for user in users
	)


def _last_assigned(users: set[str]) -> dict[str, tuple[datetime, int, str]]:
	"""User → when the last interaction came for which they are responsible, and its number: among those of one moment, the highest is the last.

	Every new interaction asks for it. By user and state of the clocks, MariaDB takes the last entry of each from an index that begins
	with these two; by user alone it reads all that each was ever responsible for.
	"""
	rows = frappe.db.sql(
		"""select responsible_staff, creation, length(name), name
		from `tabClient Interaction` join (
			select responsible_staff, clock_state, max(creation) as creation from `tabClient Interaction`
			where responsible_staff in %(users)s group by responsible_staff, clock_state
		) as newest using (responsible_staff, clock_state, creation)""",
		{"users": list(users)},
	)
	return {user: tuple(last) for user, *last in sorted(rows)}


def _counts(users: Collection[str], condition) -> dict[str, int]:
	"""User → for how many interactions that meet a condition they are responsible."""
	table = frappe.qb.DocType(INTERACTION)
	return dict(
		frappe.qb.from_(table)
		.where(table.responsible_staff.isin(list(users)) & condition)
		.groupby(table.responsible_staff)
		.select(table.responsible_staff, Count("*"))
		.run()
	)


# --- Frappe's Assignment Rule ------------------------------------------------------------------------


def _rules() -> list[AssignmentRule]:
	"""The enabled Assignment Rules for interactions, as Frappe orders and caches them."""
	from frappe.cache_manager import get_doctype_map

	rules = get_doctype_map(
		"Assignment Rule",
		INTERACTION,
		filters={"document_type": INTERACTION, "disabled": 0},
		order_by="priority desc",
	)
	return [frappe.get_cached_doc("Assignment Rule", rule.get("name")) for rule in rules]


class GuardedAssignmentRule:
	"""Frappe's Assignment Rule, which on interactions, on confidential documents and on what belongs to them (messages, files) skips
	users who are disabled or have no clearance (D-5).

	Otherwise Frappe would assign them, the app would refuse, and the document, such as a message that arrives, would not be saved.
	"""

	def get_user(self, doc):
		if not _is_confidential(self.document_type, doc):
			return super().get_user(doc)
		rule = self
		if self.rule != "Based on Field":
			# A copy, because Frappe caches rules. The next user in turn comes first, so that skipping others
			# keeps the rotation.
			rule = copy.copy(self)
			present = self._present(doc)
			rule.users = [
				row for row in self._in_turn() if row.user in present and _may_take_part(row.user, doc)
			]
			rule.last_user = None
			if not rule.users:
				return None
		user = super(GuardedAssignmentRule, rule).get_user(doc)
		return user if user and _may_take_part(user, doc) and user in self._present(doc, user) else None

	def _present(self, doc, *users: str) -> set[str]:
		"""Who is back before the interaction is due; other documents have no deadlines of ours."""
		users = {*users} or {row.user for row in self.users}
		if self.document_type != INTERACTION:
			return users
		asked = ("matrix", "communication_type", "company", "priority")
		return back_in_time(users, *map(doc.get, asked))

	def _in_turn(self) -> list:
		users = list(self.users)
		last = next((n for n, row in enumerate(users) if row.user == self.last_user), len(users) - 1)
		return users[last + 1 :] + users[: last + 1]

	def do_assignment(self, doc):
		if self.document_type != INTERACTION:
			return super().do_assignment(doc)
		with action_items.assigned_by_rule():
			return super().do_assignment(doc)


def _is_confidential(doctype: str, doc) -> bool:
	if doctype == INTERACTION:
		return True
	if doctype in _WITH_PARTICIPANTS:
		return bool(documents.is_governed(doctype) and doc.get("confidentiality_level"))
	if not doc.get("name") or not guards.is_held(doctype):
		return False
	return governed.decide(*dependents.owner_of(doctype, doc["name"]), access.READ, "Guest") is not None


def _may_take_part(user: str, doc) -> bool:
	if not frappe.get_cached_value("User", user, "enabled"):
		return False
	if doc["doctype"] in _WITH_PARTICIPANTS:
		return is_cleared(user, doc.get("confidentiality_level"))
	# An assignment opens these to no one: Frappe would share them, which is refused.
	return bool(frappe.has_permission(doc["doctype"], "read", doc=doc["name"], user=user))
