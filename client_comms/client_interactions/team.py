"""Whose work a user looks after (R-2, F-2)."""

import frappe

from client_comms import alerts
from client_comms.enforcement import procedure_roles
from client_comms.roles import users_with_role


def members(user: str) -> list[str]:
	"""The team of a user: who reports to them, otherwise who shares one of their responsible roles; managers, everyone
	with a responsible role.

	:returns: enabled users in the order of their names, with the user
	"""
	reporting = _reporting_to(user)
	if not reporting:
		responsible = procedure_roles.client_facing()
		own = responsible if user in alerts.managers() else responsible & set(frappe.get_roles(user))
		reporting = users_with_role(*own) - {"Administrator"} if own else set()
	return sorted(reporting | {user})


def _reporting_to(user: str) -> set[str]:
	employee = frappe.db.get_value("Employee", {"user_id": user, "status": "Active"})
	if not employee:
		return set()
	reporting = {"reports_to": employee, "status": "Active", "user_id": ("is", "set")}
	return set(frappe.get_all("Employee", reporting, pluck="user_id", order_by=None))
