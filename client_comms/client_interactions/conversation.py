"""The conversation of an interaction: its messages, calls, meetings, private notes and what staff did about it, the
newest first (D-1, P-2).

It shows nothing that lists hide: messages and notes are as confidential as their interaction, and calls and meetings are read
as a list, so they also need the role permissions of ERPNext. A few queries for a page.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import get_datetime, get_datetime_str, parse_addr

from client_comms import clock
from client_comms.client_interactions.changes import HANDED_OVER, REASSIGNED, RELIEVED, SUBSTITUTED
from client_comms.client_interactions.doctype.interaction_event.interaction_event import NAMING_USERS, USER
from client_comms.client_interactions.due_words import moment_words
from client_comms.client_privacy import disclosures
from client_comms.enforcement import governed, source_doctypes
from client_comms.rules import html_text, mail_identity, reply_text, response_clock

PAGE = 20
NOTE, LOG, STEP = "Comment", governed.INTERACTION, "Interaction Event"
_MESSAGE_TYPES = ("Communication", "Automated Message")
_RATED = "Rated"
# What staff did, and the client's rating, which are not visible in a message or call of its own.
_STEPS = {
	response_clock.ACKNOWLEDGED,
	response_clock.NOT_SENT,
	response_clock.PROMISED,
	response_clock.PROMISE_NOT_SENT,
	response_clock.ANSWERED,
	response_clock.TAKEN_BACK,
	response_clock.PAUSED,
	response_clock.RESUMED,
	response_clock.CLOSED,
	response_clock.REOPENED,
	"Escalated by Staff",
	REASSIGNED,
	"Level Changed",
	"Access Requested",
	"Access Granted",
	"Emergency Access",
	"Access Declined",
	"Documentation Waived",
	response_clock.MERGED,
	_RATED,
}
LOGGED = "Logged"  # a step if it has a note
# A reassignment of the record itself begins with from whom it was taken; that of action items says so first.
_OF_RECORD = re.compile(r"\S+ → ")
_OF_ITEMS = "Action Items Reassigned"
# A message came or went: told by a step, because the message itself belongs to another interaction, or did.
_MOVES = {response_clock.MESSAGE_ADDED, response_clock.MESSAGE_MOVED, response_clock.SPLIT_OFF}
# DocType → the field with the moment by which its entries are sorted; those of other apps by when they were stored
_MOMENT = {
	governed.COMMUNICATION: "communication_date",
	governed.CALL: "start_time",
	governed.EVENT: "starts_on",
}


def _moments() -> dict[str, str]:
	return {**_MOMENT, **dict.fromkeys(source_doctypes.active(), "creation")}


def page(doc, start: int = 0) -> dict:
	"""A page of the conversation of an interaction that the session user can read.

	:param start: how many newer entries to skip
	:returns: `{"entries": [entry, …], "more": bool}`, the newest first. An entry is `{"doctype", "name", "at", "side": "client" |
	    "staff" | "note" | "step" | "log", "author", "title", "text", …}`; the text of a message or note is HTML, of anything else
	    plain
	"""
	wanted = start + PAGE
	found = [*_listed(doc, wanted + 1), *_notes(doc, wanted + 1), *_own(doc)]
	found.sort(reverse=True)
	shown = found[start:wanted]
	entries = {(each["doctype"], each["name"]): each for each in _read(doc, shown)}
	return {
		"entries": [entries[key] for each in shown if (key := (each.doctype, each.name)) in entries],
		"more": len(found) > wanted,
	}


# --- which entries -------------------------------------------------------------------------------------


class _Key(NamedTuple):
	"""By what entries are sorted. `position` is that of a step in the history, which tells what came first in one second."""

	at: datetime
	doctype: str
	position: int
	name: str


def _listed(doc, limit: int) -> Iterator[_Key]:
	for doctype, moment in _moments().items():
		asked = {
			"filters": {"client_interaction": doc.name},
			"fields": ["name", f"{moment} as at", "creation"],
			"order_by": f"{moment} desc, name desc",
			"limit": limit,
		}
		if doctype == governed.COMMUNICATION:
			# As confidential as the interaction. Frappe's own condition on messages is about mailboxes; it does not apply to
			# the timeline of a document either.
			asked["filters"]["communication_type"] = ("in", _MESSAGE_TYPES)
			rows = frappe.get_all(doctype, **asked)
		elif frappe.has_permission(doctype, "read"):
			rows = frappe.get_list(doctype, **asked)
		else:
			rows = []
		yield from (_Key(get_datetime(row["at"] or row.creation), doctype, 0, row.name) for row in rows)


def _notes(doc, limit: int) -> Iterator[_Key]:
	about = {"reference_doctype": doc.doctype, "reference_name": doc.name, "comment_type": "Comment"}
	for row in frappe.get_all(
		NOTE, about, ["name", "creation"], order_by="creation desc, name desc", limit=limit
	):
		yield _Key(get_datetime(row.creation), NOTE, 0, row.name)


def _own(doc) -> Iterator[_Key]:
	"""What the interaction itself tells: its summary, unless a message says the same, and what staff did."""
	told_elsewhere = _moments()
	if not any(row.source_doctype in told_elsewhere for row in doc.events[:2]):
		yield _Key(get_datetime(doc.occurred_on), LOG, 0, doc.name)
	for row in doc.events:
		# The client called again; why it was logged, or from where it was split off.
		told = row.event in (response_clock.RECEIVED, LOGGED) and row.note
		stands_alone = row.source_doctype not in told_elsewhere or row.event in (
			*_MOVES,
			*response_clock.UNSENT.values(),
		)
		if (told or row.event in _STEPS | _MOVES) and stands_alone:
			yield _Key(get_datetime(row.at), STEP, row.idx, row.name)


# --- what they say -------------------------------------------------------------------------------------


def _read(doc, keys: Iterable[_Key]) -> Iterator[dict]:
	names: dict[str, list[str]] = {}
	for key in keys:
		names.setdefault(key.doctype, []).append(key.name)
	readers = {
		**{doctype: partial(_of_source, doctype) for doctype in source_doctypes.active()},
		governed.COMMUNICATION: _messages,
		governed.CALL: _calls,
		governed.EVENT: _meetings,
		NOTE: _comments,
		STEP: _steps,
		LOG: _log,
	}
	moments = {(key.doctype, key.name): key.at for key in keys}
	for doctype, wanted in names.items():
		for entry in readers[doctype](doc, wanted):
			at = moments[doctype, entry["name"]]
			yield {"doctype": doctype, "at": get_datetime_str(at), **entry}


def _messages(doc, names: list[str]) -> Iterator[dict]:
	rows = frappe.get_all(
		governed.COMMUNICATION,
		{"name": ("in", names)},
		[
			"name",
			"subject",
			"content",
			"text_content",
			"sender",
			"sender_full_name",
			"recipients",
			"cc",
			"sent_or_received",
			"communication_type",
			"communication_medium",
			"delivery_status",
			"owner",
		],
		order_by=None,
	)
	files = _files_of(names)
	held_back = disclosures.held_back(row.name for row in rows if row.delivery_status == "Error")
	about = [row for row in doc.events if row.source_doctype == governed.COMMUNICATION]
	doubts = {row.source_name: row.note for row in about if row.event == mail_identity.IN_DOUBT}
	meanings = {row.source_name: row for row in about if row.event not in {*_MOVES, mail_identity.IN_DOUBT}}
	for row in rows:
		meant = meanings.get(row.name)
		written = html_text.of_message(row.content, row.text_content)
		received = row.sent_or_received == "Received"
		yield {
			"name": row.name,
			"side": "client" if received else "staff",
			"author": row.sender_full_name or row.sender or _("Unknown client"),
			"author_address": parse_addr(row.sender or "")[1],
			"title": row.subject,
			"text": html_text.to_show(row.content, row.text_content),
			# What the client wrote, without quotations, signatures and disclaimers, which the form folds away.
			"own": reply_text.split(html_text.plain(written)).own if received else None,
			"doubts": doubts.get(row.name),
			"to": row.recipients,
			"cc": row.cc,
			# Frappe has no medium for the portal, where clients themselves write.
			"channel": "Portal" if received and row.owner == row.sender else row.communication_medium,
			"automatic": row.communication_type == "Automated Message",
			"delivery": row.delivery_status,
			"held_back": held_back.get(row.name),
			"files": files.get(row.name, []),
			"meaning": meant and meant.event,
			"promised": _promised(meant),
		}


def _files_of(messages: list[str]) -> dict[str, list[dict]]:
	found: dict[str, list[dict]] = {}
	for row in frappe.get_all(
		"File",
		{"attached_to_doctype": governed.COMMUNICATION, "attached_to_name": ("in", messages)},
		["attached_to_name", "file_name", "file_url"],
		order_by="creation asc",
	):
		found.setdefault(row.pop("attached_to_name"), []).append(row)
	return found


def _calls(doc, names: list[str]) -> Iterator[dict]:
	rows = frappe.get_list(
		governed.CALL,
		{"name": ("in", names)},
		["name", "type", "from", "to", "status", "duration", "summary"],
		order_by=None,
		limit=0,
	)
	for row in rows:
		outgoing = row.type == "Outgoing"
		yield {
			"name": row.name,
			"side": "staff" if outgoing else "client",
			"author": row["from"],
			"to": row.to,
			"channel": "Phone",
			"text": row.summary or "",
			"duration": row.duration,
		}


def _of_source(doctype: str, doc, names: list[str]) -> Iterator[dict]:
	"""Documents of another app, as its adapter reads them; one that fails has shown why when the document arrived."""
	for row in frappe.get_list(doctype, {"name": ("in", names)}, ["*"], order_by=None, limit=0):
		arrival, _error = source_doctypes.try_to_read(frappe.get_doc({**row, "doctype": doctype}))
		inbound = arrival is None or arrival.is_inbound
		client = arrival and (arrival.name or arrival.number or arrival.email)
		yield {
			"name": row.name,
			"side": "client" if inbound else "staff",
			"author": client if inbound else (arrival.staff or row.owner),
			"to": None if inbound else client,
			"channel": arrival and arrival.channel,
			"title": (arrival and arrival.subject) or _(doctype),
			"text": frappe.utils.strip_html(arrival.text or "") if arrival else "",
		}


def _meetings(doc, names: list[str]) -> Iterator[dict]:
	rows = frappe.get_list(
		governed.EVENT,
		{"name": ("in", names)},
		["name", "subject", "description", "owner"],
		order_by=None,
		limit=0,
	)
	people = _full_names(row.owner for row in rows)
	for row in rows:
		yield {
			"name": row.name,
			"side": "staff",
			"author": people.get(row.owner, row.owner),
			"title": row.subject,
			"channel": "Meeting",
			"text": frappe.utils.strip_html(row.description or ""),
		}


def _comments(doc, names: list[str]) -> Iterator[dict]:
	rows = frappe.get_all(
		NOTE, {"name": ("in", names)}, ["name", "content", "owner", "comment_by"], order_by=None
	)
	for row in rows:
		yield {
			"name": row.name,
			"side": "note",
			"author": row.comment_by or row.owner,
			"text": row.content or "",
		}


def _steps(doc, names: list[str]) -> Iterator[dict]:
	rows = [row for row in doc.events if row.name in set(names)]
	named = [user for row in rows if row.event in NAMING_USERS for user in USER.findall(row.note or "")]
	people = _full_names([*(row.by_user for row in rows), *named])
	elsewhere = _elsewhere(doc, [row for row in rows if row.event in _MOVES])
	named_in = _named_in(doc, [row for row in rows if row.event in {*_MOVES, LOGGED}])
	for row in rows:
		text = (doc.rating_comment if row.event == _RATED else row.note) or ""
		if row.event in NAMING_USERS:
			text = USER.sub(lambda user: people.get(user[0], user[0]), text)
		yield {
			"name": row.name,
			"side": "step",
			"author": people.get(row.by_user, row.by_user),
			"meaning": _OF_ITEMS if _is_about_items(row) else row.event,
			"by_app": _is_by_app(row),
			"relieved": row.event == REASSIGNED and row.action_key == RELIEVED,
			"rating": row.note if row.event == _RATED else None,
			"promised": _promised(row),
			"text": text,
			"leads_to": elsewhere.get(row.source_name) or named_in.get(row.name),
		}


def _is_by_app(row) -> bool:
	"""Whether no user did it: an email did not leave, or an absence began, changed or ended."""
	if row.event == response_clock.TAKEN_BACK:
		return bool(row.source_name)
	return row.event == REASSIGNED and row.action_key in (HANDED_OVER, SUBSTITUTED)


def _is_about_items(row) -> bool:
	return row.event == REASSIGNED and not _OF_RECORD.match(row.note or "")


def _named_in(doc, rows: list) -> dict[str, str]:
	"""Notes that name the interaction from which something came: step → that interaction, if the session user can read it."""
	words = {row.name: [word.strip(":,.") for word in (row.note or "").split()] for row in rows}
	mentioned = {word for of_note in words.values() for word in of_note} - {"", doc.name}
	if not mentioned:
		return {}
	those = {"name": ("in", mentioned)}
	readable = set(frappe.get_list(governed.INTERACTION, those, pluck="name", order_by=None, limit=0))
	return {step: name for step, of_note in words.items() for name in of_note if name in readable}


def _elsewhere(doc, moves: list) -> dict[str, str]:
	"""Messages that came or went: where they are now, if that is another interaction that the session user can read."""
	messages = {row.source_name for row in moves if row.source_doctype == governed.COMMUNICATION}
	if not messages:
		return {}
	of_message = dict(
		frappe.get_all(
			governed.COMMUNICATION,
			{"name": ("in", messages), "client_interaction": ("not in", ("", doc.name))},
			["name", "client_interaction"],
			as_list=True,
			order_by=None,
		)
	)
	those = {"name": ("in", set(of_message.values()))}
	readable = set(frappe.get_list(governed.INTERACTION, those, pluck="name", order_by=None, limit=0))
	return {message: name for message, name in of_message.items() if name in readable}


def _log(doc, names: list[str]) -> Iterator[dict]:
	people = _full_names([doc.owner])
	yield {
		"name": doc.name,
		"side": "log",
		"author": people.get(doc.owner, doc.owner),
		"title": doc.subject,
		"channel": doc.channel,
		"direction": doc.direction,
		"text": doc.summary or "",
	}


def _promised(row) -> str | None:
	"""For when it was said; not how late that is now, for it may have been kept."""
	return moment_words(clock.to_aware(row.promised_until)) if row and row.promised_until else None


def _full_names(users: Iterable[str | None]) -> dict[str, str]:
	wanted = set(filter(None, users))
	if not wanted:
		return {}
	rows = frappe.get_all(
		"User", {"name": ("in", wanted)}, ["name", "full_name"], as_list=True, order_by=None
	)
	return dict(rows)
