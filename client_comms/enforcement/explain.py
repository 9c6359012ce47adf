"""Explains access to a record: checks every layer in Frappe's own order and names the one that decided."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.permissions import has_user_permission

from client_comms import clock, validation
from client_comms.enforcement import dependents, governed, policy, restrictions
from client_comms.i18n import bold, know_names, name_of, translate
from client_comms.rules import access, restriction

ROLE_PERMISSION = "role-permission"
USER_PERMISSION = "user-permission"
SHARED = "shared"
NOT_GOVERNED = "not-governed"
RESTRICTED = "restricted-use"
DISABLED = "user-disabled"
# What a restriction of the use of data stops.
_USES = {access.WRITE: restriction.CHANGES, access.EMAIL: restriction.MESSAGES}
# The permissions that a share can give; other actions do not depend on shares.
_SHARED_RIGHTS = ("read", "write", "share")


def explain(doctype: str, name: str, user: str, action: str = "read") -> dict:
	"""`{"allowed", "rule", "reasons"}`; `allowed` is what happens if the user tries, `rule` what decided it.

	:raises frappe.DoesNotExistError: the DocType, the record or the user does not exist
	"""
	require_action(action)
	validation.require_doctype(doctype)
	doc = frappe.get_doc(doctype, name)
	validation.require_exists("User", user)
	if not frappe.db.get_value("User", user, "enabled"):
		return _answer(False, DISABLED, [_("{0} is disabled, and cannot log in.").format(bold(user))])
	allowed = bool(frappe.has_permission(doctype, action, doc=doc, user=user))
	subject = policy.subject(user)
	rule = _rule(doc, action)
	if allowed and (reasons := _restricted_use(doc, action)(user)):
		return _answer(False, RESTRICTED, reasons)
	if rule is None:
		reason = _("{0} {1} has no confidentiality level, so ERPNext's own permissions apply.")
		return _answer(allowed, NOT_GOVERNED, [reason.format(_(doctype), bold(name))])

	decision = rule(subject)
	reasons = [translate(reason) for reason in decision.reasons]
	if not decision.allowed or decision.rule == access.ADMINISTRATOR:
		return _answer(allowed, decision.rule, reasons)
	if refusal := _refusal_of_frappe(doc, action, subject):
		rule, reason = refusal
		return _answer(allowed, SHARED if allowed else rule, [*reasons, reason])
	return _answer(allowed, decision.rule, reasons)


def explain_for_all(doctype: str, name: str, action: str = "read") -> list[dict] | None:
	"""`explain` for every enabled desk user, with `"user"`; a few queries for all of them.

	Other apps' hooks, and Frappe's own on a Communication, are not evaluated: `explain` does that for one user.

	:returns: in the order of the users' names; None if the record is not governed
	:raises frappe.DoesNotExistError: the record does not exist
	"""
	require_action(action)
	doc = frappe.get_doc(doctype, name)
	rule = _rule(doc, action)
	if rule is None:
		return None
	restricted = set(frappe.get_all("User Permission", pluck="user", distinct=True, order_by=None))
	shared = {
		share.user
		for share in frappe.get_all(
			"DocShare", {"share_doctype": doctype, "share_name": name}, ["user", *_SHARED_RIGHTS]
		)
		if share.get(action)
	}
	stops = _restricted_use(doc, action)
	found, subjects = [], policy.subjects()
	know_names(subject.user for subject in subjects)
	for subject in subjects:
		answer = _explain_one(doc, action, subject, rule(subject), restricted, shared)
		if answer["allowed"] and (reasons := stops(subject.user)):
			answer = _answer(False, RESTRICTED, reasons)
		found.append({"user": subject.user, **answer})
	return found


def role_allows(doctype: str, roles: frozenset[str], action: str, is_owner: bool = False) -> bool:
	"""Whether the Role Permissions Manager allows `action` on the DocType to one of the roles."""
	return any(
		row.role in roles and not row.permlevel and row.get(action) and (is_owner or not row.if_owner)
		for row in frappe.get_meta(doctype).permissions
	)


def require_action(action: str) -> None:
	"""Refuse anything that is not an action of the clearance table."""
	if action not in access.ACTIONS:
		frappe.throw(_("Choose one of these actions: {0}.").format(", ".join(sorted(access.ACTIONS))))


def _explain_one(doc, action, subject, decision, restricted: set[str], shared: set[str]) -> dict:
	reasons = [translate(reason) for reason in decision.reasons]
	if not decision.allowed or decision.rule == access.ADMINISTRATOR:
		return _answer(decision.allowed, decision.rule, reasons)
	if refusal := _refusal_of_frappe(doc, action, subject, ask_for_restrictions=subject.user in restricted):
		allowed = subject.user in shared
		rule, reason = refusal
		return _answer(allowed, SHARED if allowed else rule, [*reasons, reason])
	return _answer(True, decision.rule, reasons)


def _refusal_of_frappe(
	doc, action: str, subject: access.Subject, ask_for_restrictions: bool = True
) -> tuple[str, str] | None:
	"""The layer of Frappe that denies what confidentiality allows, and its reason."""
	if not role_allows(doc.doctype, subject.roles, action, is_owner=doc.owner == subject.user):
		reason = _("None of the roles of {0} has {1} permission for {2} in the Role Permissions Manager.")
		return ROLE_PERMISSION, reason.format(name_of(subject.user), bold(_(action)), bold(_(doc.doctype)))
	if ask_for_restrictions and not has_user_permission(doc, subject.user):
		reason = _("User Permissions restrict {0} to other records.")
		return USER_PERMISSION, reason.format(name_of(subject.user))
	return None


def _restricted_use(doc, action: str) -> Callable[[str], list[str]]:
	"""Why a user cannot change a record, or write to its client, because the use of the client's data is restricted; no one is
	exempt by a role."""
	use = _USES.get(action)
	found = use and restrictions.of((doc.doctype, doc.name))
	if not found:
		return lambda user: []
	now, reasons = clock.now(), [restrictions.sentence(found), restrictions.who_can_help()]
	return lambda user: [] if found.exempts(user, use, now) else reasons


def _rule(doc, action: str) -> Callable[[access.Subject], access.Decision] | None:
	"""The decision about a record, or about the record to which it belongs; None if that is not governed."""
	doctype, name = doc.doctype, doc.name
	if fields := dependents.OWNER_FIELDS.get(doctype):
		doctype, name = (doc.get(field) for field in fields)
	return governed.decider(doctype, name, action) if name else None


def _answer(allowed: bool, rule: str, reasons: list[str]) -> dict:
	return {"allowed": allowed, "rule": rule, "reasons": reasons}
