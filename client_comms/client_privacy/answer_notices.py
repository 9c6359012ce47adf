"""Notifications about what a client answered or withdrew (P-3)."""

from collections.abc import Iterable

import frappe
from frappe import _

from client_comms import alerts
from client_comms.client_privacy.doctype.client_consent.client_consent import REQUESTED
from client_comms.enforcement import interactions, policy
from client_comms.rules import consent as rules


def tell(doc, answer: str) -> None:
	"""Notify the users who asked and the responsible staff of the interaction, otherwise those responsible for the client.

	:param doc: the Client Consent, answered by the client
	:param answer: `Given`, `Refused` or `Withdrawn`
	"""

	def subject(what: str = doc.name) -> str:
		return {
			rules.GIVEN: _("The client agreed: {0}"),
			rules.REFUSED: _("The client did not agree: {0}"),
			rules.WITHDRAWN: _("The client withdrew their consent: {0}"),
		}[answer].format(what)

	about = doc.client_interaction and frappe.get_doc(interactions.INTERACTION, doc.client_interaction)
	asked = {row.by_user for row in doc.events if row.event == REQUESTED}
	told: set[str] = set()
	if about:
		told = set(interactions.readers(about, asked | {about.responsible_staff}))
		alerts.tell(told, lambda: subject(f"{doc.name}, {alerts.named(about)}"), about.doctype, about.name)
	rest = _readers(doc, asked - told) or ([] if told else responsible(doc))
	alerts.tell(rest, subject, doc.doctype, doc.name)


def responsible(doc) -> list[str]:
	"""The client's account manager, the user who recorded the consent, or the manager role; of these, the first who can read it."""
	manager = {policy.account_manager(doc.party_type, doc.party)}
	return first_readers(doc, manager, {doc.collected_by}, alerts.managers())


def first_readers(doc, *candidates: Iterable[str | None]) -> list[str]:
	"""Of the first of these groups of users in which anyone is enabled and can read the document, those who can."""
	return next(filter(None, (_readers(doc, users) for users in candidates)), [])


def _readers(doc, users: Iterable[str | None]) -> list[str]:
	return [user for user in alerts.enabled(users) if frappe.has_permission(doc.doctype, doc=doc, user=user)]
