"""Every layer that decides about a record, asked in Frappe's own order, with the one that decided named."""

import frappe
from frappe import _
from frappe.permissions import get_role_permissions, has_user_permission

from client_comms.enforcement import belongings, governed
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
	decision = _decision(doc, action, user)
	if decision is None:
		reason = _("{0} {1} carries no confidentiality level; ERPNext's own permissions decide.")
		return _answer(allowed, NOT_GOVERNED, [reason.format(_(doctype), frappe.bold(name))])

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


def _decision(doc, action: str, user: str) -> access.Decision | None:
	"""What confidentiality says of a record, or of the record that it belongs to; None when it says nothing."""
	if fields := belongings.OWNER_FIELDS.get(doc.doctype):
		owner_type, owner_name = (doc.get(field) for field in fields)
		return owner_name and governed.decide(owner_type, owner_name, action, user)
	return governed.decide(doc.doctype, doc.name, action, user)


def _answer(allowed: bool, rule: str, reasons: list[str]) -> dict:
	return {"allowed": allowed, "rule": rule, "reasons": reasons}
