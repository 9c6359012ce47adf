"""Act on several interactions at once, and on those of a team (R-2, F-2)."""

from collections.abc import Callable

import frappe
from frappe import _

from client_comms import validation
from client_comms.api import interactions
from client_comms.api.each import one_by_one
from client_comms.client_interactions import team
from client_comms.enforcement import former_names
from client_comms.exceptions import MissingDetailsError
from client_comms.i18n import bold

INTERACTION = interactions.INTERACTION
AT_ONCE = 100
ACKNOWLEDGE, ASSIGN, CLOSE, SNOOZE, CHANGE_LEVEL = "acknowledge", "assign", "close", "snooze", "change_level"


@frappe.whitelist()
def my_team() -> list[str]:
	"""The users whose work the caller looks after: see `team.members`.

	:raises frappe.PermissionError: the caller cannot read interactions
	"""
	frappe.has_permission(INTERACTION, "read", throw=True)
	return team.members(frappe.session.user)


@frappe.whitelist(methods=["POST"])
def act_on_interactions(
	action: str,
	names: str | list,
	note: str | None = None,
	user: str | None = None,
	through: str | None = None,
	outgoing_reason: str | None = None,
	level: str | None = None,
) -> list[dict]:
	"""Acknowledge, assign, close or snooze several interactions, or give them another level; a refusal of one does not stop the others.

	:param action: `acknowledge`, `assign`, `close`, `snooze` or `change_level`, each as for one interaction
	:param names: at most 100 interactions, as a list or JSON
	:param note: for `assign`, `snooze` and `change_level`: why
	:param user: for `assign`: who becomes responsible
	:param through: for `acknowledge`: the Communication Channel by which receipt was confirmed; it is checked for each of them
	:param outgoing_reason: for `acknowledge`: for proceeding, if a check warns
	:param level: for `change_level`: the Confidentiality Level
	:returns: per interaction `{"name"}`, or with `"error"` and the message that says why not
	:raises frappe.ValidationError: the action is unknown, or these are not names
	:raises MissingDetailsError: `assign` without a user, `change_level` without a level, or `snooze` without a note
	"""
	frappe.has_permission(INTERACTION, "write", throw=True)
	named = [{"name": name} for name in _names(names)]
	return one_by_one(named, _action(action, note, user, through, outgoing_reason, level))


def _action(
	action: str,
	note: str | None,
	user: str | None,
	through: str | None,
	outgoing_reason: str | None,
	level: str | None,
) -> Callable[..., dict]:
	def acknowledge(name: str) -> dict:
		interactions.acknowledge(name, note, through, outgoing_reason)
		return {}

	def assign(name: str) -> dict:
		doc = former_names.locked(name)
		doc.check_permission("write")
		if doc.responsible_staff != user:
			doc.responsible_staff = user
			doc.flags.reassignment_reason = note
			doc.save()
		return {}

	def close(name: str) -> dict:
		interactions.close(name)
		return {}

	def snooze(name: str) -> dict:
		interactions.pause(name, note)
		return {}

	def change_level(name: str) -> dict:
		doc = former_names.locked(name)
		doc.check_permission("write")
		doc.confidentiality_level, doc.level_change_reason = level, note
		doc.save()
		return {}

	actions = {
		ACKNOWLEDGE: acknowledge,
		ASSIGN: assign,
		CLOSE: close,
		SNOOZE: snooze,
		CHANGE_LEVEL: change_level,
	}
	if action not in actions:
		frappe.throw(
			_("Unknown action {0}. Use one of these: {1}.").format(bold(action), ", ".join(actions)),
			title=_("Unknown Action"),
		)
	if action == ASSIGN and not user:
		frappe.throw(_("Choose who becomes responsible."), exc=MissingDetailsError, title=_("User Missing"))
	if action == CHANGE_LEVEL and not level:
		frappe.throw(_("Choose the level."), exc=MissingDetailsError, title=_("Level Missing"))
	if action == SNOOZE:
		validation.require_reason(note, _("Enter what you are waiting for from the client."))
	return actions[action]


def _names(names: str | list) -> list[str]:
	parsed = validation.from_json(names)
	if not isinstance(parsed, list) or not all(isinstance(each, str) for each in parsed):
		frappe.throw(_("Send the names of interactions as a list."), title=_("Not a List of Names"))
	if len(parsed) > AT_ONCE:
		frappe.throw(
			_("Choose at most {0} interactions at once.").format(AT_ONCE), title=_("Too Many Interactions")
		)
	return list(dict.fromkeys(parsed))
