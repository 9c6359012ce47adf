"""Denials by permission hooks, kept until it is known whether they ended the request.

Frappe also calls hooks speculatively, for example to decide which buttons to show or whom to notify. Only a
request that ends with a denial counts as refused; `audit` checks this at the end of the request.
"""

import frappe
from frappe import _

from client_comms import compat
from client_comms.i18n import translate
from client_comms.rules import access

_KEPT = "client_comms_denied"


def objection(doctype: str, name: str, action: str, user: str, decision: access.Decision) -> bool:
	"""The answer of a `has_permission` hook that denies `action` on a record, with the reasons where Frappe
	shows them."""
	if getattr(frappe.local, "request", None) and user == frappe.session.user:
		kept().setdefault((doctype, str(name)), (action, decision))
	reasons = [translate(reason) for reason in decision.reasons]
	if decision.rule == access.TRAINING_NOT_CURRENT and user == frappe.session.user:
		reasons.append(_way_to_training())
	return compat.objection(*reasons)


def _way_to_training() -> str:
	"""The next step for a user whose training is not current."""
	page = f'<a href="{compat.desk_url("take-training")}">{_("My Training")}</a>'
	return _("Complete it under {0}. You can then open these records again immediately.").format(page)


def kept() -> dict[tuple[str, str], tuple[str, access.Decision]]:
	"""(DocType, name) -> (action, decision) of this request's denials."""
	return frappe.local.flags.setdefault(_KEPT, {})
