"""Choices that link fields of the desk offer."""

import frappe

from client_comms import clock
from client_comms.client_interactions import alerts
from client_comms.communication_governance import matrix

INTERACTION = "Client Interaction"


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def responsible_staff(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict
) -> tuple:
	"""Enabled users who hold a role responsible for a communication type (M-1).

	:param filters: `{"company", "communication_type"}`; without a responsible role every user of the desk is offered
	:returns: rows of (user, full name), as link fields want them
	"""
	frappe.has_permission(INTERACTION, "select", throw=True)
	conditions = {"enabled": 1, "user_type": "System User", "name": ("!=", "Administrator")}
	version = matrix.in_force(filters.get("company"), clock.now())
	if roles := matrix.responsible_roles(version, filters.get("communication_type")):
		conditions["name"] = ("in", set().union(*(alerts.users_with_role(role) for role in roles)))
	return frappe.get_all(
		"User",
		filters=conditions,
		or_filters={"name": ("like", f"%{txt}%"), "full_name": ("like", f"%{txt}%")},
		fields=["name", "full_name"],
		order_by="full_name asc",
		limit_start=start,
		limit_page_length=page_len,
		as_list=True,
	)
