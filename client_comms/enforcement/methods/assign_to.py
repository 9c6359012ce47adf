"""Assignments give access to a record (D-5): users without clearance are left out, the others are assigned.

Over HTTP Frappe also takes from the request `ignore_permissions` and in whose name it assigns; here neither is passed on.
"""

import frappe
from frappe import _

from client_comms.enforcement import governed, guards, internal_recipients, sharing
from client_comms.enforcement.compose import call_previous
from client_comms.enforcement.methods import several
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import refuse
from client_comms.rules import access


@frappe.whitelist()
def add(**arguments):
	"""Assign one document.

	:raises ClearanceMissingError: the session user cannot write it, or none of the assignees has clearance
	"""
	cleared = _cleared(arguments["doctype"], arguments["name"], arguments.get("assign_to"))
	return _assign("frappe.desk.form.assign_to.add", arguments, arguments["name"], cleared)


@frappe.whitelist()
def add_multiple(**arguments):
	"""Assign several documents, each to the assignees with clearance for it.

	:raises frappe.ValidationError: all of them were refused
	"""
	original = "frappe.desk.form.assign_to.add_multiple"
	if not guards.can_refuse(arguments["doctype"]):
		users = frappe.parse_json(arguments.get("assign_to")) or []
		return _assign(original, arguments, arguments["name"], users)

	def assign(name: str) -> None:
		cleared = _cleared(arguments["doctype"], name, arguments.get("assign_to"))
		_assign(original, arguments, frappe.as_json([name]), cleared)

	return several.each(frappe.parse_json(arguments["name"]), assign)


def _cleared(doctype: str, name: str, users) -> list[str]:
	"""The users to whom the session user can assign the document; a message names the others.

	:raises ClearanceMissingError: the session user cannot write it, or none of the users has clearance
	"""
	guards.require(doctype, name, access.WRITE)
	users = frappe.parse_json(users) or []
	left_out = _without_clearance(doctype, name, users)
	if left_out and len(left_out) == len(set(users)):
		refuse(*internal_recipients.reasons(left_out), title=_("Not Assigned"), exc=ClearanceMissingError)
	internal_recipients.tell_left_out(left_out, _("Not Assigned to Everyone"))
	return [user for user in users if user not in left_out]


def _assign(original: str, arguments: dict, name: str, users: list[str]):
	"""Frappe reads one dict in place of arguments, or else the request."""
	arguments = {**arguments, "name": name, "assign_to": users, "assigned_by": frappe.session.user}
	return call_previous(original, args=frappe._dict(arguments), **arguments)


@frappe.whitelist()
def remove(doctype: str, name: str, **others):
	guards.require(doctype, name, access.WRITE)
	return call_previous("frappe.desk.form.assign_to.remove", doctype=doctype, name=name, **others)


@frappe.whitelist()
def remove_multiple(doctype: str, names: str, **others):
	"""
	:raises frappe.ValidationError: all of them were refused
	"""
	original = "frappe.desk.form.assign_to.remove_multiple"
	if not guards.can_refuse(doctype):  # all at once
		return call_previous(original, doctype=doctype, names=names, **others)

	def remove(name: str) -> None:
		guards.require(doctype, name, access.WRITE)
		call_previous(original, doctype=doctype, names=frappe.as_json([name]), **others)

	return several.each(frappe.parse_json(names), remove)


def _without_clearance(doctype: str, name: str, users: list[str]) -> dict[str, access.Decision]:
	"""The users who could not open the record even by taking part."""
	if (
		doctype in governed.held_with_interaction()
	):  # assigning these does not make the user take part in their interaction
		return internal_recipients.without_clearance(doctype, name, users)
	level = governed.level(doctype, name)
	decisions = {user: sharing.clearance(user, level) for user in users} if level else {}
	return {user: decision for user, decision in decisions.items() if not decision.allowed}
