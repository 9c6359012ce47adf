"""Who is told what about an interaction; only people who may read it are (D-5, R-2)."""

import frappe
from frappe import _
from frappe.utils import cint, get_link_to_form

from client_comms.client_interactions import action_items
from client_comms.enforcement import policy
from client_comms.rules import access


def deadline_missed(doc, clock_name: str) -> None:
	"""Tell the responsible staff, with a ToDo, and every holder of the manager role, once each."""
	overdue = {
		"acknowledge": _("Acknowledgement overdue: {0}"),
		"respond": _("Answer overdue: {0}"),
		"promise": _("Promised answer overdue: {0}"),
	}[clock_name]
	action_items.remind(doc, overdue.format(get_link_to_form(doc.doctype, doc.name)))
	notify(doc, {doc.responsible_staff, *managers()}, overdue.format(doc.name))


def nobody_responsible(doc) -> None:
	"""Nobody holds the responsible role: the manager role decides who takes the interaction."""
	notify(doc, managers(), _("Nobody could be made responsible for {0}").format(doc.name))


def emergency_access(doc, grant) -> None:
	"""Emergency access is shown to everybody with oversight at once."""
	roles = access.oversight_roles(policy.current(), doc.confidentiality_level)
	notify(
		doc,
		set().union(*(users_with_role(role) for role in roles)) - {grant.user},
		_("Emergency access to {0} by {1}: {2}").format(doc.name, grant.user, grant.reason),
	)


def managers() -> set[str]:
	"""Enabled holders of the manager role of the settings."""
	return users_with_role(frappe.get_cached_doc("Client Comms Settings").manager_role)


def users_with_role(role: str) -> set[str]:
	"""Enabled desk users who hold `role`."""
	user, has_role = frappe.qb.DocType("User"), frappe.qb.DocType("Has Role")
	return set(
		(
			frappe.qb.from_(has_role)
			.join(user)
			.on(user.name == has_role.parent)
			.where((has_role.role == role) & (has_role.parenttype == "User"))
			.where((user.enabled == 1) & (user.user_type == "System User"))
			.select(user.name)
		).run(pluck=True)
	)


def notify(doc, users, subject: str) -> None:
	"""A notification in the desk for each of `users` who may read the interaction.

	The subject carries the interaction's name and nothing of its content.
	"""
	for user in sorted(filter(None, users)):
		if not cint(frappe.db.get_value("User", user, "enabled")):
			continue
		if not frappe.has_permission(doc.doctype, "read", doc=doc.name, user=user):
			continue
		frappe.get_doc(
			{
				"doctype": "Notification Log",
				"type": "Alert",
				"for_user": user,
				"from_user": "Administrator",
				"subject": subject,
				"document_type": doc.doctype,
				"document_name": doc.name,
			}
		).insert(ignore_permissions=True)
