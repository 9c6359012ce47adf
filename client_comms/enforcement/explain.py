"""Every layer that decides about a record, asked in Frappe's own order, with the one that decided named."""

import frappe
from frappe import _
from frappe.permissions import get_role_permissions, has_user_permission

from client_comms.enforcement import permissions, policy
from client_comms.i18n import translate
from client_comms.rules import access

ROLE_PERMISSION = "role-permission"
USER_PERMISSION = "user-permission"
SHARED = "shared"
NOT_GOVERNED = "not-governed"


def explain(doctype: str, name: str, user: str, action: str = "read") -> dict:
	"""`{"allowed", "rule", "reasons"}`; `allowed` is what Frappe answers, `rule` what decided it.

	:raises frappe.DoesNotExistError: there is no such record
	"""
	if action not in access.ACTIONS:
		frappe.throw(_("Choose one of these actions: {0}.").format(", ".join(sorted(access.ACTIONS))))
	doc = frappe.get_doc(doctype, name)
	allowed = bool(frappe.has_permission(doctype, action, doc=doc, user=user))
	if doctype != permissions.INTERACTION:
		reason = _("{0} is not governed by confidentiality levels; ERPNext's own permissions decide.")
		return _answer(allowed, NOT_GOVERNED, [reason.format(frappe.bold(_(doctype)))])

	decision = permissions.decide(policy.stored_record(name), action, user)
	reasons = [translate(reason) for reason in decision.reasons]
	if not decision.allowed or decision.rule == access.ADMINISTRATOR:
		return _answer(allowed, decision.rule, reasons)
	if not get_role_permissions(doc.meta, user=user, is_owner=doc.owner == user).get(action):
		return _answer(
			allowed,
			SHARED if allowed else ROLE_PERMISSION,
			[
				*reasons,
				_("No role of {0} has the permission {1} for {2} in the Role Permissions Manager.").format(
					frappe.bold(user), frappe.bold(_(action)), frappe.bold(_(doctype))
				),
			],
		)
	if not has_user_permission(doc, user):
		return _answer(
			allowed,
			SHARED if allowed else USER_PERMISSION,
			[*reasons, _("User Permissions restrict {0} to other records.").format(frappe.bold(user))],
		)
	return _answer(allowed, decision.rule, reasons)


def _answer(allowed: bool, rule: str, reasons: list[str]) -> dict:
	return {"allowed": allowed, "rule": rule, "reasons": reasons}
