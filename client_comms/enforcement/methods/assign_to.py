"""Assignments give access to a record (D-5): users without clearance are left out, the others are assigned.

Over HTTP Frappe also takes `ignore_permissions` from the request; here it is not passed on.
"""

import frappe
from frappe import _
from frappe.desk.form import assign_to as assignments

from client_comms.enforcement import governed, guards, internal_recipients, sharing
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import refuse
from client_comms.rules import access


@frappe.whitelist()
def add(**arguments):
	"""Assign one document.

	:raises ClearanceMissingError: the session user cannot write it, or none of the assignees has clearance
	"""
	doctype, name = arguments.get("doctype"), arguments.get("name")
	guards.require(doctype, name, access.WRITE)
	users = frappe.parse_json(arguments.get("assign_to")) or []
	left_out = _without_clearance(doctype, name, users)
	if left_out and len(left_out) == len(set(users)):
		refuse(*internal_recipients.reasons(left_out), title=_("Not Assigned"), exc=ClearanceMissingError)
	internal_recipients.tell_left_out(left_out, _("Not Assigned to Everyone"))
	cleared = [user for user in users if user not in left_out]
	return assignments.add(frappe._dict(arguments, assign_to=cleared))


@frappe.whitelist()
def add_multiple(**arguments):
	"""Assign several documents, each to the assignees with clearance for it."""
	for name in frappe.parse_json(arguments.get("name")):
		add(**{**arguments, "name": name})


@frappe.whitelist()
def remove(doctype: str, name: str, assign_to: str):
	guards.require(doctype, name, access.WRITE)
	return assignments.remove(doctype, name, assign_to)


@frappe.whitelist()
def remove_multiple(doctype: str, names: str):
	for name in frappe.parse_json(names):
		guards.require(doctype, name, access.WRITE)
	return assignments.remove_multiple(doctype, names)


def _without_clearance(doctype: str, name: str, users: list[str]) -> dict[str, access.Decision]:
	"""The users who could not open the record even by taking part."""
	if (
		doctype in governed.HELD_WITH_INTERACTION
	):  # assigning these does not make the user take part in their interaction
		return internal_recipients.without_clearance(doctype, name, users)
	level = governed.level(doctype, name)
	decisions = {user: sharing.clearance(user, level) for user in users} if level else {}
	return {user: decision for user, decision in decisions.items() if not decision.allowed}
