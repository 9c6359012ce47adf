"""What the wording rules found in a message is as confidential as the message: a term is a word of its text, beside who wrote it and when (C-5, P-2)."""

import frappe

from client_comms import compat
from client_comms.communication_governance.wording import FINDING
from client_comms.enforcement import dependents, governed, guards, interactions, refusals
from client_comms.enforcement.row_conditions import of_row


def condition(user=None, doctype=None) -> str:
	"""`permission_query_conditions` of Wording Finding. One whose message is gone is for users with access to everything."""
	readable = governed.condition(governed.COMMUNICATION, user)
	return readable and of_row(governed.COMMUNICATION, f"`tab{FINDING}`.`communication`", readable)


def has_permission(doc, ptype=None, user=None, debug=False):
	"""By the message in the database, whatever a request says of it."""
	user = user or frappe.session.user
	action = dependents.outward(interactions.action_of(ptype))
	message = frappe.db.get_value(FINDING, doc.name, "communication") if doc.name else doc.communication
	if not (message and frappe.db.exists(governed.COMMUNICATION, message)):
		is_hidden = guards.is_restricted(user, action)
	else:
		is_hidden = governed.denies(governed.COMMUNICATION, message, user, action)
	return compat.objection(refusals.without_clearance()) if is_hidden else compat.no_objection()
