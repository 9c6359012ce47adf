"""A user who cannot read an interaction asks for access; the responsible staff or a user with oversight grants it with one click
(P-2). The requests are in the history of the interaction, so they are as confidential as it is.
"""

from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import add_to_date, get_datetime, get_datetime_str, get_fullname

from client_comms import alerts, clock, transactions, validation
from client_comms.enforcement import governed, policy, restrictions, sharing
from client_comms.exceptions import ActionNotPossibleError, ClearanceMissingError
from client_comms.people import absences
from client_comms.roles import has_desk, role_names, users_with_role, who_could_help
from client_comms.rules import access

INTERACTION = "Client Interaction"
GRANT = "Interaction Access Grant"
REQUESTED, DECLINED = "Access Requested", "Access Declined"
_A_DAY = 3  # requests of a user about one interaction
_KEY = "access:"  # and the user: what an event is about, in its `action_key`


def key_of(doc, user: str) -> str:
	"""`action_key` of the events about one user's access; that of what they asked for, if they were renamed since."""
	asked = (row.action_key for row in reversed(doc.events) if (row.event, row.by_user) == (REQUESTED, user))
	return next(asked, f"{_KEY}{user}")


def hours() -> int:
	"""For how long access on request is granted."""
	return frappe.get_cached_doc("Client Comms Settings").access_request_hours or 8


def request(name: str, reason: str) -> None:
	"""The session user asks for access to an interaction; the responsible staff are notified, otherwise those with oversight, and both
	while the staff are away.

	:raises ActionNotPossibleError: the user can read it, has already asked, or too often today
	:raises ClearanceMissingError: the user could not read it even by taking part
	:raises MissingDetailsError: no reason is given
	"""
	user = frappe.session.user
	validation.require_text(_("Reason"), reason)
	validation.require_reason(reason, _("Say why you need access."))
	doc = transactions.locked(INTERACTION, name)
	if frappe.has_permission(INTERACTION, "read", doc=doc):
		frappe.throw(
			_("You can already read this interaction. Reload the page."),
			exc=ActionNotPossibleError,
			title=_("Not Needed"),
		)
	sharing.require_clearance(user, doc.confidentiality_level)
	_require_not_too_often(doc, user)
	if user in {each["user"] for each in pending(doc)}:
		frappe.throw(
			_("You have already asked for access. You are notified when someone decides."),
			exc=ActionNotPossibleError,
			title=_("Already Asked"),
		)
	doc.append_event(REQUESTED, clock.now(), reason.strip(), action_key=key_of(doc, user))
	with restrictions.logging():  # access is decided as always
		doc.save_by_app()
	by = get_fullname(user)
	alerts.notify(
		doc, _deciders(doc) - {user}, lambda: _("{0} asks for access to {1}").format(by, alerts.named(doc))
	)


def _require_not_too_often(doc, user: str) -> None:
	"""Each request is in the history for good, and notifies people."""
	since = clock.now() - timedelta(days=1)
	about = [row for row in doc.events if (row.event, row.by_user) == (REQUESTED, user)]
	if sum(get_datetime(row.at) > since for row in about) >= _A_DAY:
		frappe.throw(
			_(
				"You have asked {0} times today. Speak with someone who can decide, or ask again tomorrow."
			).format(_A_DAY),
			exc=ActionNotPossibleError,
			title=_("Already Asked"),
		)


def pending(doc) -> list[dict]:
	"""The requests that no one has decided: `[{"user", "full_name", "reason", "at"}, …]`, the oldest first."""
	latest = {row.action_key: row for row in doc.events if (row.action_key or "").startswith(_KEY)}
	return [
		{
			"user": row.by_user,
			"full_name": get_fullname(row.by_user),
			"reason": row.note,
			"at": get_datetime_str(row.at),
		}
		for row in latest.values()
		if row.event == REQUESTED
	]


def may_decide(record: access.Record | None) -> bool:
	"""Whether the session user is the responsible staff, or has oversight of the level.

	:param record: the facts of an interaction that the session user can read
	"""
	user = frappe.session.user
	return record is not None and (
		record.responsible_staff == user
		or access.has_oversight(policy.subject(user), record, policy.current())
	)


def grant(name: str, user: str) -> str:
	"""Grant what a user asked for, for the hours in the settings; they and the responsible staff are notified.

	:returns: the name of the Interaction Access Grant
	:raises ActionNotPossibleError: the user did not ask, or it is decided
	:raises ClearanceMissingError: the session user is neither responsible nor has oversight
	"""
	doc, asked = _decide(name, user)
	given = frappe.get_doc(
		{
			"doctype": GRANT,
			"interaction": doc.name,
			"user": user,
			"valid_until": add_to_date(clock.now(), hours=hours()),
			"reason": asked["reason"],
		}
	)
	given.flags.on_request = True
	given.insert(ignore_permissions=True)
	doc.reload()
	by = get_fullname(frappe.session.user)
	until = given.get_formatted("valid_until")
	alerts.notify(
		doc, {user}, lambda: _("{0} granted you access to {1} until {2}").format(by, alerts.named(doc), until)
	)
	whom = asked["full_name"]
	alerts.notify(
		doc,
		{doc.responsible_staff} - {frappe.session.user, user, None},
		lambda: _("{0} granted {1} access to {2} until {3}").format(by, whom, alerts.named(doc), until),
	)
	return given.name


def decline(name: str, user: str) -> None:
	"""Decline what a user asked for; they are notified, with nothing but the name of the interaction. Raises as `grant`."""
	doc, _asked = _decide(name, user)
	doc.append_event(DECLINED, clock.now(), get_fullname(user), action_key=key_of(doc, user))
	with restrictions.logging():  # access is decided as always
		doc.save_by_app()
	by = get_fullname(frappe.session.user)
	# Filed under their own user: what is filed under a record that they cannot read would be withheld from them.
	alerts.tell({user}, lambda: _("{0} declined access to {1}").format(by, doc.name), "User", user)


def _decide(name: str, user: str):
	"""The interaction, locked, and the request that the session user decides."""
	doc = transactions.locked(INTERACTION, name)
	doc.check_permission("read")
	if not may_decide(policy.stored_record(doc.name)):
		frappe.throw(
			_("Only the responsible staff and users with oversight of the level can decide about access."),
			exc=ClearanceMissingError,
			title=_("Not Permitted"),
		)
	asked = next((each for each in pending(doc) if each["user"] == user), None)
	if asked is None:
		frappe.throw(
			_("There is no open request of this user. Load the form again."),
			exc=ActionNotPossibleError,
			title=_("Already Decided"),
		)
	return doc, asked


def _deciders(doc) -> set[str]:
	"""The responsible staff; those with oversight too while they are away, and alone if there are none."""
	responsible = {doc.responsible_staff} - {None, ""}
	if responsible and not frappe.db.get_value("User", doc.responsible_staff, "enabled"):
		responsible = set()
	if responsible and not absences.away(responsible):
		return responsible
	roles = access.oversight_roles(policy.current(), doc.confidentiality_level)
	return responsible.union(*(users_with_role(role) for role in roles))


def refusal(name: str) -> dict:
	"""Why the session user cannot open an interaction, and what they can do about it.

	:returns: `{"allowed": bool, "may_ask": bool, "asked": bool, "training": bool, "help": [str, …]}`; `may_ask` also stands for emergency
	    access, `training` is whether only a training is missing, and `help` says who can help if nothing else does
	"""
	doc = frappe.get_doc(INTERACTION, name)
	if frappe.has_permission(INTERACTION, "read", doc=doc):
		return {"allowed": True, "may_ask": False, "asked": False, "training": False, "help": []}
	user = frappe.session.user
	decision = governed.decide(INTERACTION, name, access.READ, user)
	may_ask = sharing.clearance(user, doc.confidentiality_level).allowed and bool(
		frappe.has_permission(INTERACTION, "read")
	)
	training = decision is not None and decision.rule == access.TRAINING_NOT_CURRENT
	return {
		"allowed": False,
		"may_ask": may_ask,
		"asked": user in {each["user"] for each in pending(doc)},
		"training": training,
		"help": []
		if may_ask or training or not has_desk()
		else _who_opens(doc.name, doc.confidentiality_level),
	}


def refusal_of_document(doctype: str, name: str) -> dict:
	"""The same of another document that its level keeps from the session user, of which access cannot be asked for: `{"help": [str, …]}`."""
	decision = governed.decide(doctype, name, access.READ, frappe.session.user)
	if decision is None or decision.allowed or not has_desk():
		return {"help": []}
	return {"help": _who_opens(name, governed.level(doctype, name))}


def _who_opens(name: str, level: str | None) -> list[str]:
	"""Who can open a record whether they take part or not, otherwise by taking part."""
	levels = policy.current()
	roles = access.oversight_roles(levels, level) or access.roles_cleared(levels, level, access.READ)
	if not roles:
		return []
	opened = _("{0} can be opened by users with one of these roles: {1}.").format(name, role_names(roles))
	return [opened, who_could_help(*sorted(roles))]
