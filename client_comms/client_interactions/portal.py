"""A client's conversations with us, as the portal shows them (P-2, C-4); `enforcement/client_portal` decides which.

Only what has already passed between the client and us is shown: no notes, no calls, no history, and no message to others.
"""

from collections.abc import Collection

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import i18n
from client_comms.client_privacy.page_visits import Visit
from client_comms.communication_governance import calendars
from client_comms.enforcement import audit, client_portal
from client_comms.exceptions import ActionNotPossibleError
from client_comms.rules import client_portal as rules
from client_comms.rules import html_text, reply_text, response_clock

INTERACTION, MESSAGE = "Client Interaction", "Communication"
PAGE = 20
_FIELDS = ("company", "channel", "occurred_on", "status", "promised_for", "promise_status")
_HEAD = ("subject", "communication_date", "creation")


def is_switched_on() -> bool:
	return bool(frappe.get_cached_doc("Client Comms Settings").portal_conversations)


def conversations(visit: Visit, start: int = 0) -> dict:
	"""A page of the client's conversations, the latest first: `{"rows": [{"name", "title", "on", "state", "promised", "waits",
	"closed"}], "more": bool}`.

	:param start: how many newer ones to skip
	"""
	rows = client_portal.conversations(visit, _FIELDS, start, PAGE + 1)
	shown = rows[:PAGE]
	messages, put_off = _messages(visit, shown, _HEAD), _until_day(shown)
	return {
		"rows": [_shown(row, messages.get(row.name, []), put_off) for row in shown],
		"more": len(rows) > PAGE,
	}


def conversation(visit: Visit, name: str) -> dict:
	"""One conversation with its messages, the oldest first: what `conversations` tells of it, and `messages`: `[{"at",
	"is_own", "author", "text", "folded", "files": [name]}]` in plain text.

	Seeing it is recorded where the level records views.

	:raises ActionNotPossibleError: it is not theirs to see; the message does not say whether there is one
	"""
	row = find(visit, name)
	fields = (*_HEAD, "content", "text_content", "sender_full_name")
	messages = _messages(visit, [row], fields).get(name, [])
	audit.on_portal_view(INTERACTION, name)
	files = _files([each.name for each in messages])
	return {
		**_shown(row, messages, _until_day([row])),
		"messages": [_message(each, row.company, files.get(each.name, [])) for each in messages],
	}


def find(visit: Visit, name: str):
	"""The row of a conversation that the visitor sees.

	:raises ActionNotPossibleError: as above
	"""
	row = client_portal.conversation(visit, name, _FIELDS)
	if not row:
		frappe.throw(
			_("This conversation cannot be shown here. If you expected it, please contact us."),
			exc=ActionNotPossibleError,
			title=_("Not Found"),
		)
	return row


def title(visit: Visit, row) -> str:
	"""What a conversation is called in the portal."""
	return _shown(row, _messages(visit, [row], _HEAD).get(row.name, []), ())["title"]


def _until_day(rows: list) -> set[str]:
	"""Those of the interactions whose last pause ends on a day: staff put them off, which is not waiting for the client."""
	waiting = [row.name for row in rows if row.status == response_clock.STATUS_WAITING]
	if not waiting:
		return set()
	pauses = frappe.get_all(
		"Interaction Event",
		{"parent": ("in", waiting), "parenttype": INTERACTION, "event": response_clock.PAUSED},
		["parent", "promised_until"],
		order_by="at asc, idx asc",
	)
	last = {pause.parent: pause.promised_until for pause in pauses}
	return {name for name, ends in last.items() if ends}


def _shown(row, messages: list, put_off: Collection[str]) -> dict:
	title = next((message.subject for message in messages if message.subject), None)
	has_written = any(message.sent_or_received == rules.RECEIVED for message in messages)
	day = i18n.day_in_words(calendars.local_time(row.company, row.occurred_on))
	promised = row.promised_for if row.promise_status in response_clock.UNMET else None
	status = rules.status_for_client(row.status, until_day=row.name in put_off)
	return {
		"name": row.name,
		# The subject of the record may be staff's own words.
		"title": title or f"{i18n.channel(row.channel)}, {day}",
		"on": day,
		"state": _(rules.state(status, direction=row.direction, has_written=has_written)),
		"promised": promised and i18n.day_in_words(calendars.local_time(row.company, promised), "full"),
		"waits": status == response_clock.STATUS_WAITING,
		"closed": row.status == response_clock.STATUS_CLOSED,
	}


# --- messages ------------------------------------------------------------------------------------------


def _messages(visit: Visit, rows: list, fields: tuple[str, ...]) -> dict[str, list]:
	"""Interaction → the messages that the visitor sees of it, the oldest first."""
	found: dict[str, list] = {}
	for message in sorted(client_portal.messages(visit, rows, fields), key=_at):
		found.setdefault(message.client_interaction, []).append(message)
	return found


def _at(row):
	return get_datetime(row.communication_date or row.creation), row.name


def _message(row, company: str, files: list[str]) -> dict:
	parts = reply_text.split(html_text.plain(html_text.of_message(row.content, row.text_content)))
	return {
		"at": i18n.moment_in_words(calendars.local_time(company, _at(row)[0])),
		"is_own": row.sent_or_received == rules.RECEIVED,
		"author": row.sender_full_name or row.sender,
		"text": parts.own or parts.folded,
		"folded": parts.folded if parts.own else "",
		"files": files,
	}


def _files(messages: list[str]) -> dict[str, list[str]]:
	found: dict[str, list[str]] = {}
	if messages:
		for row in frappe.get_all(
			"File",
			{"attached_to_doctype": MESSAGE, "attached_to_name": ("in", messages)},
			["attached_to_name", "file_name"],
			order_by="creation asc",
		):
			found.setdefault(row.attached_to_name, []).append(row.file_name)
	return found
