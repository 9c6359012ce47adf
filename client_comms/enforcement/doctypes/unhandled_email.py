"""Received mail that could not be processed is stored whole, before anything is known about how confidential it is (P-2)."""

from frappe import _

from client_comms import compat
from client_comms.enforcement import guards


def condition(user=None, doctype=None) -> str:
	return "(1 = 0)" if guards.is_restricted(user) else ""


def has_permission(doc, ptype=None, user=None, debug=False):
	"""As for a record of an unknown level: only for users with access to everything."""
	if not guards.is_restricted(user):
		return compat.no_objection()
	return compat.objection(
		_("Received mail that could not be processed requires clearance for every level.")
	)
