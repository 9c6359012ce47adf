"""Another message or call in a conversation: the client writes again, or staff reply (C-3, C-4)."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

import frappe
from frappe import _
from frappe.utils import add_to_date, format_datetime, get_datetime

from client_comms import acting, clock
from client_comms.client_interactions import promises, received, thanks
from client_comms.exceptions import ActionNotPossibleError
from client_comms.intake import arrivals
from client_comms.rules import html_text, response_clock
from client_comms.rules import replies as rules
from client_comms.rules import thanks as thanks_rule

_NOTHING_TO_ANSWER = (response_clock.STATUS_ANSWERED, response_clock.STATUS_CLOSED)
# The request parameters in which the author says what the message is, and the day that it promises.
SEND_AS, PROMISED_UNTIL = "client_comms_send_as", "client_comms_promised_until"


@dataclass(frozen=True, slots=True)
class Said:
	"""What the author of a message says that it is, and the time that it promises, as stored."""

	kind: str | None
	until: datetime | None


def may_continue(doc, at: datetime) -> bool:
	"""Whether a message at `at` can continue the interaction: it is open, or was closed only recently."""
	if doc.status != response_clock.STATUS_CLOSED:
		return True
	closed = max(received.moments(doc, response_clock.CLOSED))
	days = frappe.get_cached_doc("Client Comms Settings").reopen_within_days
	return get_datetime(at) <= add_to_date(closed, days=days)


def client_wrote_back(doc, document, content: str, at: datetime):
	"""Another message of the client: one that only thanks for an answer or a promise, or confirms it, moves no clock.

	While staff wait for the client, every message of the client is what they wait for.
	"""
	clocks = doc.clocks(at)
	is_settled = clocks.status in _NOTHING_TO_ANSWER or clocks.promise.unmet
	waits = doc.status == response_clock.STATUS_WAITING
	says_more = bool(document.get("has_attachment")) or not is_settled or waits
	if not says_more and thanks_rule.only_thanks(html_text.plain(content), thanks.names(doc)):
		arrivals.add_evidence(doc, document)
		thanks.record(doc, document, at)
	else:
		client_wrote(doc, document, at)


def client_wrote(doc, document, at: datetime):
	"""Another message of the client in a thread; a closed interaction is reopened.

	Mail is fetched every few minutes: `received.record` says what an answer or closing in the meantime means.
	"""
	arrivals.add_evidence(doc, document)
	received.record(doc, document, at)


def staff_wrote(doc, document, at: datetime, by: str | None = None, said_before: Said | None = None):
	"""A message or call from staff that reached the client; it answers or acknowledges (C-3, C-4).

	:param document: the Communication, which is attached as evidence, or the Call Log
	:param by: the user, if there is one
	:param said_before: by its author, if not in this request
	"""
	arrivals.add_evidence(doc, document)
	kind = said_before.kind if said_before else _said(SEND_AS)
	if event := _event_of_reply(doc.clocks(at), kind):
		until = None
		if event == response_clock.PROMISED:
			until = said_before.until if said_before else promised_until(doc)
		doc.record(event, at=at, promised_until=until, source=document, by=by)
	elif document.doctype != "Communication":
		doc.record(arrivals.CONTACTED, at=at, source=document, by=by)
	else:
		doc.save_by_app()


def staff_called_another(doc, document, at: datetime, by: str) -> None:
	"""A call about the conversation to someone else than the client, such as an adviser: it is on record, and answers nothing."""
	arrivals.add_evidence(doc, document)
	doc.record(arrivals.CONTACTED, at=at, source=document, by=by)


def tell_still_owed(doc, at: datetime) -> None:
	"""A message of staff went to others alone: who sent it learns that the client waits still."""
	owed = doc.clocks(at).next_deadline
	if owed and not acting.is_unattended():
		frappe.msgprint(
			_("This did not go to the client, to whom an answer is owed by {0}.").format(
				format_datetime(clock.to_stored(owed))
			),
			alert=True,
			indicator="orange",
		)


def refuse_promise() -> NoReturn:
	frappe.throw(
		_(
			"Only a message to the client can promise an answer. Add the client to the recipients, or send it without a promise."
		),
		exc=ActionNotPossibleError,
		title=_("Not to the Client"),
	)


def _event_of_reply(clocks: response_clock.Clocks, kind: str | None) -> str | None:
	"""The event of a reply: what its author says it is, otherwise what the settings say about replies."""
	answers = bool(frappe.get_cached_doc("Client Comms Settings").first_reply_answers)
	return rules.event_of(clocks, kind, answers)


def said(doc) -> Said:
	"""In this request."""
	return Said(_said(SEND_AS), promised_until(doc) if is_promise() else None)


def is_promise() -> bool:
	"""Whether the author of the message that is being sent says that it is a promise."""
	return _said(SEND_AS) == rules.PROMISE


def promised_until(doc) -> datetime | None:
	"""What the author promises, as stored."""
	return promises.moment(doc, _said(PROMISED_UNTIL))


def _said(parameter: str) -> str | None:
	return (frappe.local.form_dict or {}).get(parameter)
