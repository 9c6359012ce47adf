"""Which DocTypes this app holds to the rule, and the one question that wrapped methods ask about a document."""

import frappe
from frappe import _

from client_comms.enforcement import governed
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import refuse
from client_comms.rules import access


def is_held(doctype: str) -> bool:
	"""Whether a row condition of this app applies to the DocType; asks no database."""
	return doctype in frappe.get_hooks("permission_query_conditions", app_name="client_comms")


def readable_names(doctype: str, filters=None) -> list[str]:
	"""The names that the session user may read, for queries of Frappe that apply no row condition."""
	return frappe.get_list(doctype, filters=filters, pluck="name", limit=0, order_by=None)


def require(doctype: str, name: str, action: str = access.READ) -> None:
	"""Refuse the session user an action that the rule refuses; a record that is not governed passes.

	:raises ClearanceMissingError: the rule refuses
	"""
	if not name or doctype not in governed.doctypes():
		return
	decision = governed.decide(doctype, name, action, frappe.session.user)
	if decision is not None and not decision.allowed:
		refuse(*decision.reasons, title=_("Clearance Missing"), exc=ClearanceMissingError)
