"""Communication behind Frappe's two permission hooks; Frappe's own hooks on it still decide as well."""

import frappe

from client_comms import compat
from client_comms.enforcement import governed, permissions, refusals


def condition(user=None, doctype=None) -> str:
	return governed.condition(governed.COMMUNICATION, user or frappe.session.user)


def link_condition(user=None, doctype=None) -> str:
	"""A timeline link gives away the message's subject and address, so it goes with its message."""
	restricted = condition(user)
	if not restricted:
		return ""
	return (
		"(`tabCommunication Link`.`parent` in"
		f" (select `tabCommunication`.`name` from `tabCommunication` where {restricted}))"
	)


def has_permission(doc, ptype=None, user=None, debug=False):
	user = user or frappe.session.user
	action = permissions.action_of(ptype)
	decision = governed.decide(doc.doctype, doc.name, action, user) if doc.name else None
	if decision is None or decision.allowed:
		return compat.no_objection()
	return refusals.objection(doc.doctype, doc.name, action, user, decision)
