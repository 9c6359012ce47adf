"""Escalates an interaction by hand (M-1, R-2)."""

import frappe
from frappe.utils import get_fullname

from client_comms.client_interactions import hand_escalation
from client_comms.enforcement import former_names

INTERACTION = "Client Interaction"


@frappe.whitelist()
def escalation_recipients(name: str) -> list[str]:
	"""The names of the supervisors who are told if the caller escalates an interaction, whom the matrix decides.

	:raises ActionNotPossibleError: there are none, or the interaction is closed
	:raises frappe.PermissionError: without write access to the interaction
	"""
	doc = frappe.get_doc(INTERACTION, name)
	doc.check_permission("write")
	return [get_fullname(user) for user in hand_escalation.recipients(doc)]


@frappe.whitelist(methods=["POST"])
def escalate(name: str, reason: str) -> dict:
	"""Tell those supervisors at once why they should look at an interaction; the history and the Escalation Report keep it.

	:returns: the interaction as a dict
	:raises MissingDetailsError: no reason is given
	:raises ActionNotPossibleError: there is no one to tell, or the interaction is closed
	:raises frappe.PermissionError: without write access to the interaction
	"""
	doc = former_names.locked(name)
	doc.check_permission("write")
	hand_escalation.escalate(doc, reason)
	return doc.as_dict(no_nulls=False, convert_dates_to_str=True)
