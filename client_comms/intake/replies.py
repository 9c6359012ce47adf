"""Another message or call in a conversation: the client writes again, or staff reply (C-3, C-4)."""

from datetime import datetime

import frappe
from frappe.utils import add_to_date, get_datetime

from client_comms.client_interactions import promises, thanks
from client_comms.intake import arrivals
from client_comms.rules import html_text, response_clock
from client_comms.rules import replies as rules
from client_comms.rules import thanks as thanks_rule

_NOTHING_TO_ANSWER = (
	response_clock.STATUS_ANSWERED,
	response_clock.STATUS_CLOSED,
	response_clock.STATUS_WAITING,
)
# The request parameters in which the author says what the message is, and the day that it promises.
SEND_AS, PROMISED_UNTIL = "client_comms_send_as", "client_comms_promised_until"


def may_continue(doc, at: datetime) -> bool:
	"""Whether a message at `at` can continue the interaction: it is open, or was closed only recently."""
	if doc.status != response_clock.STATUS_CLOSED:
		return True
	closed = max(_moments(doc, response_clock.CLOSED))
	days = frappe.get_cached_doc("Client Comms Settings").reopen_within_days
	return get_datetime(at) <= add_to_date(closed, days=days)


def client_wrote_back(doc, document, content: str, at: datetime):
	"""Another message of the client: one that only thanks for an answer or a promise, or confirms it, moves no clock."""
	clocks = doc.clocks(at)
	waits = clocks.status in _NOTHING_TO_ANSWER or clocks.promise.unmet
	if waits and not document.get("has_attachment") and thanks_rule.only_thanks(html_text.plain(content)):
		arrivals.add_evidence(doc, document)
		thanks.record(doc, document, at)
	else:
		client_wrote(doc, document, at)


def client_wrote(doc, document, at: datetime):
	"""Another message of the client in a thread; a closed interaction is reopened.

	Mail is fetched every few minutes: an answer or closing that happened before the message was fetched did not
	take it into account, so the message counts as received right after that.
	"""
	at = max([at, *_moments(doc, response_clock.ANSWERED, response_clock.CLOSED)])
	if doc.status == response_clock.STATUS_CLOSED:
		doc.record(response_clock.REOPENED, at=at, source=document)
	arrivals.add_evidence(doc, document)
	doc.record(response_clock.RECEIVED, at=at, source=document)


def staff_wrote(doc, document, at: datetime, by: str | None = None):
	"""A message or call from staff that reached the client; it answers or acknowledges (C-3, C-4).

	:param document: the Communication, which is attached as evidence, or the Call Log
	:param by: the user, if there is one
	"""
	arrivals.add_evidence(doc, document)
	if event := _event_of_reply(doc.clocks(at)):
		until = promised_until(doc) if event == response_clock.PROMISED else None
		doc.record(event, at=at, promised_until=until, source=document, by=by)
	elif document.doctype != "Communication":
		doc.record(arrivals.CONTACTED, at=at, source=document, by=by)
	else:
		doc.save_by_app()


def _event_of_reply(clocks: response_clock.Clocks) -> str | None:
	"""The event of a reply: what its author says it is, otherwise what the settings say about replies."""
	answers = bool(frappe.get_cached_doc("Client Comms Settings").first_reply_answers)
	return rules.event_of(clocks, _said(SEND_AS), answers)


def is_promise() -> bool:
	"""Whether the author of the message that is being sent says that it is a promise."""
	return _said(SEND_AS) == rules.PROMISE


def promised_until(doc) -> datetime | None:
	"""What the author promises, as stored."""
	return promises.moment(doc, _said(PROMISED_UNTIL))


def _said(parameter: str) -> str | None:
	return (frappe.local.form_dict or {}).get(parameter)


def _moments(doc, *kinds: str) -> list[datetime]:
	return [get_datetime(row.at) for row in doc.events if row.event in kinds]
