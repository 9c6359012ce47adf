"""Whether a change opens anything: the whole rule space, not the records that happen to exist (D-5, M-1)."""

from dataclasses import replace

import frappe
from frappe import _

from client_comms import clock
from client_comms.i18n import translate
from client_comms.policy_changes import states
from client_comms.policy_changes.changes import Change
from client_comms.rules import access, access_impact
from client_comms.rules.access_opened import Opening, first_opening

_SHOWN = 5


def check(change: Change) -> dict:
	"""See `client_comms.api.policy_changes.check_new_access`: what could be opened at most, by any user who submits a version."""
	if change.version:
		change = replace(change, version=replace(change.version, lowers=None))
	opening = first_opening(change.before, change.after, change.moves(), _permissions())
	return {"new_access": opening is not None, "example": opening and _example(opening, change)}


def _permissions() -> dict[str, set[str]]:
	"""Role → what the Role Permissions Manager allows it on interactions: without that, no clearance opens anything."""
	found: dict[str, set[str]] = {}
	for row in frappe.get_meta(states.INTERACTION).permissions:
		if not row.permlevel and not row.if_owner:
			found.setdefault(row.role, set()).update(action for action in access.ACTIONS if row.get(action))
	return found


def _example(opening: Opening, change: Change) -> dict:
	old, new = opening.records()
	subject, now = opening.subject(), clock.now()
	decisions = {
		"before": access.decide(subject, old, change.before, opening.action, now),
		"after": access.decide(subject, new, change.after, opening.action, now),
	}
	return {
		"text": _sentence(opening),
		"roles": list(opening.roles),
		"action": opening.action,
		"communication_type": opening.after.communication_type,
		"tie": opening.tie,
		"trained": opening.trained,
		"level_before": opening.before.level,
		"level_after": opening.after.level,
		"matrix_before": opening.before.matrix,
		"matrix_after": opening.after.matrix,
		**{
			side: {"rule": decision.rule, "reasons": [translate(each) for each in decision.reasons]}
			for side, decision in decisions.items()
		},
		"users": _holders(opening.roles),
	}


def _sentence(opening: Opening) -> str:
	"""In one sentence what would be open."""
	level_before, level_after = (
		_(each.level) if each.level else _("no valid level") for each in (opening.before, opening.after)
	)
	if opening.before.communication_type:
		what = _("interactions of the type {0}").format(_(opening.before.communication_type))
	else:
		what = _("interactions of any type")
	who = {
		access_impact.UNTIED: _("A user with the role {0}"),
		access_impact.ACCOUNT_MANAGER: _("The client's account manager with the role {0}"),
		access_impact.PARTICIPANT: _("A user with the role {0} who takes part in the interaction"),
	}[opening.tie].format(" + ".join(_(role) for role in opening.roles))
	if not opening.trained:
		who += " " + _("(even without current training)")
	action = _(opening.action.capitalize())
	if level_before == level_after:
		return _("{0} could use “{1}” on {2} at the level {3}, which is refused now.").format(
			who, action, what, level_before
		)
	return _("{0} could use “{1}” on {2} that go from {3} to {4}, which is refused now.").format(
		who, action, what, level_before, level_after
	)


def _holders(roles: tuple[str, ...]) -> list[str]:
	"""A few enabled desk users with all these roles, by name."""
	found: set[str] | None = None
	for role in roles:
		holders = set(
			frappe.get_all(
				"Has Role",
				{"role": role, "parenttype": "User", "parent": ("!=", "Administrator")},
				pluck="parent",
			)
		)
		found = holders if found is None else found & holders
	return frappe.get_all(
		"User",
		{"name": ("in", list(found or ()) or [""]), "enabled": 1, "user_type": "System User"},
		pluck="name",
		order_by="name asc",
		limit=_SHOWN,
	)
