"""A user escalates an interaction by hand, with a reason; the supervisors whom the matrix names are told at once (M-1, R-2)."""

from functools import partial

import frappe
from frappe import _
from frappe.utils import get_fullname

from client_comms import alerts, clock, transactions, validation
from client_comms.client_interactions import notice_words
from client_comms.communication_governance import matrix
from client_comms.enforcement import interactions, policy
from client_comms.exceptions import ActionNotPossibleError
from client_comms.people import absences
from client_comms.roles import role_names, users_with_role
from client_comms.rules import access, response_clock

EVENT = "Escalated by Staff"


def is_possible(doc) -> bool:
	"""Whether it can be escalated, if the user can write it."""
	return doc.status != response_clock.STATUS_CLOSED


def recipients(doc) -> list[str]:
	"""The users who are told: those with a responsible role of the type that has oversight of the level; if there are none, those with the
	manager role, and then all with oversight. Users who are away are left out while others are there.

	:raises ActionNotPossibleError: there are none, or the interaction is closed
	"""
	if not is_possible(doc):
		frappe.throw(
			_("A closed interaction cannot be escalated. Reopen it first."),
			exc=ActionNotPossibleError,
			title=_("Not Possible Now"),
		)
	oversight = access.oversight_roles(policy.current(), doc.confidentiality_level)
	named = matrix.responsible_roles(doc.matrix, doc.communication_type) & oversight
	manager_role = frappe.get_cached_doc("Client Comms Settings").manager_role
	for roles in (named, {manager_role}, oversight):
		others = users_with_role(*roles) - {frappe.session.user, "Administrator"}
		if found := set(interactions.readers(doc, others)):
			return sorted(found - set(absences.away(found))) or sorted(found)
	frappe.throw(
		_(
			"There is no other user with one of these roles to be told: {0}. Ask a System Manager to assign one."
		).format(role_names({manager_role, *oversight})),
		exc=ActionNotPossibleError,
		title=_("Not Possible Now"),
	)


def escalate(doc, reason: str) -> None:
	"""Note it in the history, and notify and email the supervisors.

	:param doc: a locked interaction that the session user can write
	:raises MissingDetailsError: no reason is given
	"""
	validation.require_reason(reason, _("Say why you escalate this: what should be decided or done."))
	validation.require_text(_("Reason"), reason)
	users, reason = recipients(doc), reason.strip()
	doc.append_event(EVENT, clock.now(), f"{reason} → {', '.join(users)}")
	doc.save_by_app()
	due = doc.clocks().next_deadline
	sentence = partial(_sentence, doc, get_fullname(frappe.session.user), due, reason)
	alerts.tell(users, sentence, doc.doctype, doc.name)
	# Without an outgoing email account, the notification remains.
	with transactions.part("Escalation could not be emailed", doc.doctype, doc.name):
		notice_words.email(doc, users, sentence)


def _sentence(doc, by: str, due, reason: str, with_content: bool = True) -> str:
	said = _("{0} escalates to you: {1}").format(by, notice_words.situation(doc, due, with_content))
	return f"{said} {_('Reason: {0}').format(reason)}" if with_content else said
