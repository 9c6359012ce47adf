"""A denial that a permission hook gives to the user who asks, kept until it is known whether it ended the request.

Frappe asks hooks on trial, too: which buttons to show, whom to tell. Only a request that ends as refused
was a refusal; `audit` looks at what is kept here when it is over.
"""

import frappe

from client_comms import compat
from client_comms.i18n import translate
from client_comms.rules import access

_KEPT = "client_comms_denied"


def objection(doctype: str, name: str, action: str, user: str, decision: access.Decision) -> bool:
	"""The answer of a `has_permission` hook that denies `action` on a record, with the reasons put where Frappe shows them."""
	if getattr(frappe.local, "request", None) and user == frappe.session.user:
		kept().setdefault((doctype, str(name)), (action, decision))
	return compat.objection(*(translate(reason) for reason in decision.reasons))


def kept() -> dict[tuple[str, str], tuple[str, access.Decision]]:
	"""(DocType, name) -> (action, decision) of this request's denials."""
	return frappe.local.flags.setdefault(_KEPT, {})
