"""A client's conversations with us, as the portal shows them (P-2, C-4); `rules/client_portal` says what that is.

Only what has already passed between the client and us is shown: no notes, no calls, no history, and no message to others.
"""

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.utils import format_date, get_datetime, parse_addr, split_emails

from client_comms.client_privacy.page_visits import Visit
from client_comms.clients import contacts
from client_comms.enforcement import audit
from client_comms.enforcement.requests import portal
from client_comms.exceptions import ActionNotPossibleError
from client_comms.rules import client_portal as rules
from client_comms.rules import html_text, reply_text, response_clock

INTERACTION, MESSAGE = "Client Interaction", "Communication"
_NOBODY = "-"
PAGE = 20
_FIELDS = (
	"name",
	"subject",
	"channel",
	"direction",
	"occurred_on",
	"status",
	"contact",
	"confidentiality_level",
	"promised_for",
	"promise_status",
)
_ENVELOPE = (
	"name",
	"client_interaction",
	"subject",
	"sender",
	"recipients",
	"cc",
	"sent_or_received",
	"communication_medium",
	"delivery_status",
	"communication_date",
	"creation",
)


def is_switched_on() -> bool:
	return bool(frappe.get_cached_doc("Client Comms Settings").portal_conversations)


def conversations(visit: Visit, start: int = 0) -> dict:
	"""A page of the client's conversations, the latest first: `{"rows": [{"name", "title", "on", "state", "promised",
	"waits"}], "more": bool}`.

	:param start: how many newer ones to skip
	"""
	open_levels = portal.open_levels()
	rows = frappe.get_all(
		INTERACTION,
		filters={
			"party_type": visit.party_type,
			"party": visit.party,
			"direction": ("!=", rules.INTERNAL),
		},
		or_filters={
			"confidentiality_level": ("in", open_levels or [_NOBODY]),
			**({"contact": visit.contact} if visit.contact else {}),
		},
		fields=[*_FIELDS],
		order_by="occurred_on desc, name desc",
		start=start,
		limit=PAGE + 1,
	)
	rows, more = [row for row in rows if _is_shown(row, visit, open_levels)], len(rows) > PAGE
	titles = _titles(rows[:PAGE], visit)
	return {"rows": [_shown(row, titles.get(row.name)) for row in rows[:PAGE]], "more": more}


def conversation(visit: Visit, name: str) -> dict:
	"""One conversation with its messages, the oldest first: what `conversations` tells of it, and `messages`: `[{"at",
	"is_own", "author", "text", "folded", "files": [name]}]` in plain text.

	Seeing it is recorded where the level records views.

	:raises ActionNotPossibleError: it is not theirs to see; the message does not say whether there is one
	"""
	row = find(visit, name)
	messages = list(_messages([row], visit, ("content", "text_content", "sender_full_name")))
	messages.sort(key=_at)
	audit.on_portal_view(INTERACTION, name)
	files = _files([each.name for each in messages])
	return {
		**_shown(row, messages[0].subject if messages else None),
		"messages": [_message(each, files.get(each.name, [])) for each in messages],
	}


def find(visit: Visit, name: str):
	"""The row of a conversation that the visitor sees.

	:raises ActionNotPossibleError: as above
	"""
	row = frappe.db.get_value(
		INTERACTION,
		{"name": name, "party_type": visit.party_type, "party": visit.party},
		_FIELDS,
		as_dict=True,
	)
	if not row or not _is_shown(row, visit, portal.open_levels()):
		frappe.throw(
			_("This conversation cannot be shown here."), exc=ActionNotPossibleError, title=_("Not Found")
		)
	return row


def title(visit: Visit, row) -> str:
	"""What a conversation is called in the portal."""
	return _shown(row, _titles([row], visit).get(row.name))["title"]


def _is_shown(row, visit: Visit, open_levels: list[str]) -> bool:
	return rules.is_shown(
		direction=row.direction,
		level_is_open=row.confidentiality_level in open_levels,
		contact=row.contact,
		visitor=visit.contact,
	)


def _shown(row, title: str | None) -> dict:
	day = format_date(row.occurred_on, "long")
	promised = row.promise_status in response_clock.UNMET and row.promised_for
	return {
		"name": row.name,
		# The subject of the record may be staff's own words.
		"title": title or _("{0} of {1}").format(_(row.channel), day),
		"on": day,
		"state": _(rules.STATES[row.status]),
		"promised": format_date(row.promised_for, "full") if promised else None,
		"waits": row.status == response_clock.STATUS_WAITING,
		"closed": row.status == response_clock.STATUS_CLOSED,
	}


# --- messages ------------------------------------------------------------------------------------------


def _titles(rows: list, visit: Visit) -> dict[str, str]:
	"""Interaction → the subject of the first message that the visitor sees of it."""
	found: dict[str, str] = {}
	for message in sorted(_messages(rows, visit), key=_at):
		if message.subject:
			found.setdefault(message.client_interaction, message.subject)
	return found


def _messages(rows: list, visit: Visit, also: tuple[str, ...] = ()) -> Iterator:
	"""The messages of conversations that the visitor sees."""
	if not rows:
		return
	everyone, own = _addresses(visit)
	open_levels = portal.open_levels()
	addresses = {row.name: everyone if row.confidentiality_level in open_levels else own for row in rows}
	for row in frappe.get_all(
		MESSAGE,
		{"client_interaction": ("in", [*addresses])},
		[*_ENVELOPE, *also],
		order_by=None,
	):
		if rules.is_theirs(_envelope(row), addresses[row.client_interaction]):
			yield row


def _addresses(visit: Visit) -> tuple[set[str], set[str]]:
	"""The addresses of everyone who speaks for the client, and those of the visitor."""
	known = contacts.addresses_of(visit.party_type, visit.party)
	login = frappe.db.get_value("User", frappe.session.user, "email")
	own = {address for address, contact in known.items() if visit.contact and contact == visit.contact}
	own.add((login or frappe.session.user).lower())
	return {*known, *own}, own


def _envelope(row) -> rules.Message:
	to = split_emails(row.recipients or "") + split_emails(row.cc or "")
	return rules.Message(
		is_received=row.sent_or_received == rules.RECEIVED,
		is_email=row.communication_medium == "Email",
		delivery=row.delivery_status,
		sender=_plain(row.sender),
		recipients=tuple(map(_plain, to)),
	)


def _plain(address: str | None) -> str:
	return parse_addr(address or "")[1].lower()


def _at(row):
	return get_datetime(row.communication_date or row.creation), row.name


def _message(row, files: list[str]) -> dict:
	content = row.content if html_text.is_html(row.content) else row.text_content or row.content
	parts = reply_text.split(html_text.plain(content or ""))
	return {
		"at": frappe.format(_at(row)[0], "Datetime"),
		"is_own": row.sent_or_received == rules.RECEIVED,
		"author": row.sender_full_name or _plain(row.sender),
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
