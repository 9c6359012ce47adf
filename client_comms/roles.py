"""Checks for methods that only users who configure, audit or supervise can use."""

import frappe
from frappe import _

from client_comms.i18n import bold

COMPLIANCE_OFFICER = "Compliance Officer"
CONFIGURES_OR_AUDITS = frozenset({COMPLIANCE_OFFICER, "Client Communications Manager"})


def configures_or_audits() -> bool:
	"""Whether the session user is a Compliance Officer, a Client Communications Manager or Administrator."""
	return frappe.session.user == "Administrator" or bool(CONFIGURES_OR_AUDITS & set(frappe.get_roles()))


def require_configuring_or_auditing() -> None:
	"""Refuse everyone else.

	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	if not configures_or_audits():
		frappe.throw(
			_("Only a Compliance Officer or a Client Communications Manager may do this."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def require_auditing() -> None:
	"""Refuse everyone except a Compliance Officer and Administrator.

	:raises frappe.PermissionError: the caller is not a Compliance Officer
	"""
	if frappe.session.user != "Administrator" and COMPLIANCE_OFFICER not in frappe.get_roles():
		frappe.throw(
			_("Only a Compliance Officer may do this."), exc=frappe.PermissionError, title=_("Not Permitted")
		)


def approving_roles() -> tuple[str, ...]:
	"""The roles that approve texts for clients: those that configure or audit, and the supervisors (D-3, R-2)."""
	manager_role = frappe.get_cached_doc("Client Comms Settings").manager_role
	return tuple(sorted({*CONFIGURES_OR_AUDITS, manager_role} - {None}))


def approves_texts(user: str | None = None) -> bool:
	"""Whether the user (by default of the session) approves texts for clients."""
	user = user or frappe.session.user
	return user == "Administrator" or bool(set(approving_roles()) & set(frappe.get_roles(user)))


def require_approving_texts() -> None:
	"""Refuse everyone else.

	:raises frappe.PermissionError: the caller has none of the approving roles
	"""
	if not approves_texts():
		frappe.throw(
			_("Only users with one of these roles can approve texts for clients: {0}.").format(
				bold(", ".join(_(role) for role in approving_roles()))
			),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def has_desk(user: str | None = None) -> bool:
	"""Whether a user has the rights of staff. Users of a site's own types, such as the employees of Frappe HR, do not, although Frappe
	opens parts of the desk to them: they are only bound by what binds staff (`is_outside`).

	:param user: by default the session user
	"""
	return frappe.get_cached_value("User", user or frappe.session.user, "user_type") == "System User"


def is_outside(user: str | None = None) -> bool:
	"""Whether a user is a portal user, who is a client, or a visitor, who is unknown: what binds staff does not bind them.

	:param user: by default the session user
	"""
	return frappe.get_cached_value("User", user or frappe.session.user, "user_type") == "Website User"


def require_desk() -> None:
	"""Refuse portal users and visitors, not users of a site's own types.

	:raises frappe.PermissionError: the caller has no access to the desk
	"""
	if is_outside():
		frappe.throw(
			_("Only users of the desk can do this."), exc=frappe.PermissionError, title=_("Not Permitted")
		)
