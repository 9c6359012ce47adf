"""Checks for methods that only Compliance Officers or Client Communications Managers can use."""

import frappe
from frappe import _

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
