"""Stored messages of which it is not known how confidential they are (P-2): received mail that could not be processed, and text
messages that were sent, of which Frappe does not note what they are about."""

from frappe import _

from client_comms import compat
from client_comms.enforcement import dependents, guards, interactions, refusals
from client_comms.enforcement.readers import listed_for
from client_comms.enforcement.row_conditions import NOTHING

_TEXT_MESSAGE = "SMS Log"


def condition(user=None, doctype=None) -> str:
	return NOTHING if guards.is_restricted(user, listed_for()) else ""


def has_permission(doc, ptype=None, user=None, debug=False):
	"""As for a record of an unknown level: only for users with access to everything, who print it if they can print everything."""
	if not guards.is_restricted(user, dependents.outward(interactions.action_of(ptype))):
		return compat.no_objection()
	return compat.objection(
		refusals.without_every_clearance()
		if doc.doctype == _TEXT_MESSAGE
		else _("Received mail that could not be processed requires clearance for every level.")
	)
