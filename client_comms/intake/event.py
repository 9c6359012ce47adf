"""Meetings in the calendar with a client among the participants (D-1).

A meeting is an interaction once it has started: until then it may be moved or cancelled. A meeting entered
afterwards is logged immediately, one entered before by a job. A repeating event is logged on its first date.
"""

from datetime import datetime

import frappe
from frappe.utils import add_days, get_datetime

from client_comms import clock, scheduled
from client_comms.clients import parties
from client_comms.intake import arrivals, failures, threads

CHANNELS = {"Call": "Phone", "Sent/Received Email": "Email"}  # all other categories are meetings
CANCELLED = "Cancelled"
LOOK_BACK_DAYS = 3
_CLIENTS = (*parties.PARTY_TYPES, "Contact", "Opportunity", "Issue")
_CONVERSATIONS = (arrivals.INTERACTION, "Issue", "Opportunity", "Lead")


def on_update(doc, method=None):
	"""Log a meeting that has already started when it is entered, or that is moved into the past."""
	if doc.has_value_changed("starts_on") and arrivals.is_wanted("log_events"):
		failures.attempt(doc, log)


def log_begun() -> int:
	"""Log the meetings of the last days that are not logged yet: those that started since the job last ran. Repeatable.

	What failed once is tried again by `retry`, as every other source. What became nothing, such as the meeting of a user who could not
	read the interaction, is tried again when it is changed, and once a day, because roles and levels change as well.

	:returns: how many were logged
	"""
	if not arrivals.is_wanted("log_events"):
		return 0
	begun, now, logged = _begun(), clock.now(), 0
	before = frappe.cache.get_value(scheduled.FRUITLESS) or {}
	fruitless = {
		name: before[name]
		for name, changed in begun.items()
		if not scheduled.is_to_be_tried(before.get(name), changed)
	}
	for name in (each for each in begun if each not in fruitless):
		if _log_locked(name):
			logged += 1
		else:
			fruitless[name] = (begun[name], now)
	if fruitless != before:
		frappe.cache.set_value(scheduled.FRUITLESS, fruitless)
	return logged


def _begun() -> dict[str, datetime]:
	"""Name → when it was last changed."""
	event, participant = frappe.qb.DocType("Event"), frappe.qb.DocType("Event Participants")
	now = clock.now()
	rows = (
		frappe.qb.from_(event)
		.join(participant)
		.on((participant.parent == event.name) & (participant.parenttype == "Event"))
		.select(event.name, event.modified)
		.distinct()
		.where(event.starts_on[add_days(now, -LOOK_BACK_DAYS) : now])
		.where(failures.are_unbound(event) & (event.status != CANCELLED))
		.where(failures.are_kept(failures.FAILURE, "Event", event).negate())
		.where(failures.are_kept(failures.EXEMPTION, "Event", event).negate())
		.where(participant.reference_doctype.isin(_CLIENTS))
		.orderby(event.name)
	).run()
	return dict(rows)


def _log_locked(name: str):
	doc = arrivals.locked("Event", name)
	interaction = failures.attempt(doc, log) if doc and not doc.client_interaction else None
	# nosemgrep: frappe-manual-commit (a job; what is logged stays logged when it is killed)
	frappe.db.commit()
	return interaction


def log(doc):
	"""Log a meeting that has started, as a contact by staff, or as another event of the conversation that it is about.

	It does not count as an answer, because an event does not say what the result was.
	"""
	at = get_datetime(doc.starts_on)
	client = _client(doc)
	if client is None or doc.client_interaction or doc.status == CANCELLED or at > clock.now():
		return None
	interaction = _conversation(doc)
	if interaction:
		interaction.record(arrivals.CONTACTED, at=at, source=doc, by=doc.owner)
	else:
		interaction = arrivals.open_new(_arrival(doc, client, at))
	if interaction:
		arrivals.bind(doc, interaction)
	return interaction


def _arrival(doc, client: parties.Client, at: datetime) -> arrivals.Arrival:
	doctype, name = next(
		(each for each in _documents(doc) if each[0] in ("Issue", "Opportunity", "Lead")), (None, None)
	)
	return arrivals.Arrival(
		document=doc,
		source=doc.doctype,
		channel=CHANNELS.get(doc.event_category, "Meeting"),
		subject=doc.subject,
		content=doc.description,
		sender="",
		sender_name=client.name,
		at=at,
		reference_doctype=doctype,
		reference_name=name,
		direction="Outbound",
		client=client,
		staff=doc.owner,
	)


def _documents(doc) -> list[tuple[str, str]]:
	"""The documents to which the event refers, then its participants."""
	found = [(row.reference_doctype, row.reference_docname) for row in doc.event_participants]
	if doc.reference_doctype and doc.reference_docname:
		found.insert(0, (doc.reference_doctype, doc.reference_docname))
	return found


def _client(doc) -> parties.Client | None:
	for doctype, name in _documents(doc):
		if doctype in _CLIENTS:
			return parties.client_of(doctype, name, "", name)
	return None


def _conversation(doc):
	documents = _documents(doc)
	if booked := frappe.db.get_value("Appointment", {"calendar_event": doc.name}):
		documents.insert(0, ("Appointment", booked))
	by = threads.entered_by(doc.owner)
	for doctype, name in documents:
		if doctype in (*_CONVERSATIONS, "Appointment") and (
			interaction := threads.about(doctype, name, by=by)
		):
			return interaction
	return None
