"""Assignments give a part in a record (D-5): people without clearance are left out, the others are assigned.

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

	:raises ClearanceMissingError: the session user may not write it, or nobody named is cleared for it
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
	"""Assign several documents, each to those who are cleared for it."""
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
	"""Whom taking part would not open the record."""
	if doctype in governed.HELD_WITH_INTERACTION:  # an assignment of these is no part in their interaction
		return internal_recipients.without_clearance(doctype, name, users)
	level = governed.level(doctype, name)
	decisions = {user: sharing.clearance(user, level) for user in users} if level else {}
	return {user: decision for user, decision in decisions.items() if not decision.allowed}
