"""A message of the client that counts: it starts or restarts the clocks, and opens what was closed (C-3, C-4)."""

from datetime import datetime

from frappe.utils import get_datetime

from client_comms.rules import response_clock


def record(doc, source, at: datetime) -> None:
	"""Add the message to the history, right after an answer, closing or pause that did not take it into account: mail is fetched
	every few minutes, and staff may find only later that a message needs an answer.

	:param source: the message
	:param at: when it arrived, as stored
	"""
	settled = moments(doc, response_clock.ANSWERED, response_clock.CLOSED, response_clock.PAUSED)
	at = max([get_datetime(at), *settled])
	if doc.status == response_clock.STATUS_CLOSED:
		doc.record(response_clock.REOPENED, at=at, source=source)
	doc.record(response_clock.RECEIVED, at=at, source=source)


def moments(doc, *kinds: str) -> list[datetime]:
	"""When events of these kinds happened, as stored."""
	return [get_datetime(row.at) for row in doc.events if row.event in kinds]
