"""Reminds of consents that expire soon: once per consent, staff are notified and, if the purpose says so,
the client is asked (P-3)."""

from datetime import timedelta

import frappe
from frappe import _
from pypika.terms import ExistsCriterion

from client_comms import alerts, clock, transactions
from client_comms.client_privacy import answer_notices, consents, invitations, links
from client_comms.client_privacy.doctype.client_consent.client_consent import REMINDED
from client_comms.enforcement import restrictions
from client_comms.exceptions import ActionNotPossibleError
from client_comms.rules import consent as rules

CHUNK = 100


def remind() -> int:
	"""Daily: send reminders of consents that expire within the days set on their purpose; returns how many.

	The event `Reminded` prevents another reminder until the consent is given again. Each one is committed separately, so
	that an interrupted run can be continued, and one that fails does not stop the others.
	"""
	done = 0
	for purpose in frappe.get_all(
		"Consent Purpose",
		{"remind_days_before": (">", 0)},
		["name", "remind_days_before", "ask_client_again"],
	):
		after = ""
		while names := _due(purpose.name, purpose.remind_days_before, after):
			for name in names:
				with transactions.step("A consent could not be looked after", consents.CONSENT, name):
					_remind(name, bool(purpose.ask_client_again))
					done += 1
			after = names[-1]
	return done


def _due(purpose: str, days: int, after: str) -> list[str]:
	consent, event = frappe.qb.DocType(consents.CONSENT), frappe.qb.DocType("Consent Event")
	reminded = (
		frappe.qb.from_(event)
		.select(event.name)
		.where((event.parenttype == consents.CONSENT) & (event.parent == consent.name))
		.where((event.event == REMINDED) & (event.at > consent.given_on))
	)
	return (
		frappe.qb.from_(consent)
		.select(consent.name)
		.where((consent.status == rules.GIVEN) & (consent.purpose == purpose) & (consent.name > after))
		.where(consent.valid_until[clock.now() : clock.now() + timedelta(days=days)])
		.where(ExistsCriterion(reminded).negate())
		.orderby(consent.name)
		.limit(CHUNK)
	).run(pluck=True)


def _remind(name: str, ask_client: bool) -> None:
	doc = frappe.get_doc(consents.CONSENT, name, for_update=True)
	doc.record(REMINDED)
	ends = frappe.format(doc.valid_until, "Datetime")
	alerts.tell(
		answer_notices.responsible(doc),
		lambda: _("Renew consent {0}, which ends on {1}").format(name, ends),
		doc.doctype,
		name,
	)
	restricted = restrictions.of((doc.party_type, doc.party), ("Contact", doc.contact))
	if ask_client and not restricted and links.has_site_address():
		# Staff are reminded all the same, and ask in another way.
		with transactions.part("A client could not be asked again for a consent", doc.doctype, name):
			_ask(doc)


def _ask(doc) -> None:
	try:
		invitations.request_consent(
			doc.party_type,
			doc.party,
			doc.purpose,
			third_party=doc.third_party,
			contact=doc.contact,
			client_interaction=doc.client_interaction,
			data_categories=[row.data_category for row in doc.data_categories],
		)
	except ActionNotPossibleError:
		frappe.clear_messages()  # no address on file
