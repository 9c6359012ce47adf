"""From something that arrived in ERPNext to an interaction: a new one, or one more event of a thread (D-1, F-1)."""

import html
import re
from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe.utils import add_to_date, cstr, get_datetime, strip_html

from client_comms import clock
from client_comms.client_interactions import alerts
from client_comms.communication_governance import matrix as matrices
from client_comms.crm import assignment, parties
from client_comms.rules import classification, documentation, response_clock

INTERACTION = "Client Interaction"
LOGGED = "Logged"
SUMMARY_LENGTH = 2000
_LINE_END = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h\d)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Arrival:
	"""What arrived: `document` is the Communication or Issue behind it, `at` as stored."""

	document: object
	source: str
	channel: str
	subject: str
	content: str
	sender: str
	sender_name: str
	at: datetime
	reference_doctype: str | None = None
	reference_name: str | None = None
	email_account: str | None = None
	issue_type: str | None = None
	company: str | None = None


def open_new(arrival: Arrival):
	"""Log an inquiry: classified, with its clocks running, and somebody's.

	:raises client_comms.exceptions.NoMatrixInForceError: no matrix is in force for the company
	"""
	client = parties.client_of(
		arrival.reference_doctype, arrival.reference_name, arrival.sender, arrival.sender_name
	)
	communication_type = classify(arrival).communication_type
	doc = frappe.new_doc(INTERACTION)
	doc.update(
		{
			"company": arrival.company or _company(arrival),
			"party_type": client.party_type,
			"party": client.party,
			"party_name": client.name,
			"contact": client.contact,
			"communication_type": communication_type,
			"channel": arrival.channel,
			"direction": "Inbound",
			"occurred_on": arrival.at,
			"subject": cstr(arrival.subject)[:140] or arrival.channel,
			"summary": _plain(arrival.content) or cstr(arrival.subject),
			"reference_doctype": arrival.reference_doctype,
			"reference_name": arrival.reference_name,
		}
	)
	doc.matrix = matrices.require_in_force(doc.company, arrival.at)
	doc.confidentiality_level = matrices.rule_for(doc.matrix, communication_type).confidentiality_level
	doc.responsible_staff = assignment.responsible_for(
		doc.matrix, communication_type, doc.confidentiality_level, client
	)
	add_evidence(doc, arrival.document)
	doc.flags.from_intake = True
	doc.append_event(LOGGED, clock.now())
	doc.append_event(response_clock.RECEIVED, arrival.at, source=arrival.document)
	doc.insert(ignore_permissions=True)
	doc.flags.from_intake = False
	if not doc.responsible_staff:
		alerts.nobody_responsible(doc)
	return doc


def client_wrote(doc, arrival: Arrival):
	"""One more message of the client in a thread; a closed interaction is opened again.

	Mail is fetched every few minutes: an answer or closing that came before the message reached us did not
	take it into account, so it counts as received right after that.
	"""
	at = max([arrival.at, *_moments(doc, response_clock.ANSWERED, response_clock.CLOSED)])
	if doc.status == response_clock.STATUS_CLOSED:
		doc.record(response_clock.REOPENED, at=at, source=arrival.document)
	add_evidence(doc, arrival.document)
	doc.record(response_clock.RECEIVED, at=at, source=arrival.document)


def _moments(doc, *kinds: str) -> list[datetime]:
	return [get_datetime(row.at) for row in doc.events if row.event in kinds]


def staff_wrote(doc, communication, at):
	"""A message of staff to the client, kept as evidence; it answers or acknowledges what is owed (C-3, C-4)."""
	add_evidence(doc, communication)
	if event := _event_of_reply(doc.clocks(at)):
		doc.record(event, at=at, source=communication, by=parties.user_of(communication.sender))
	else:
		doc.save_by_app()


def _event_of_reply(clocks: response_clock.Clocks) -> str | None:
	"""What a reply is to the clocks: the answer, or, where the settings say so, a mere acknowledgement."""
	if clocks.clock_state == response_clock.STATE_STOPPED:
		return None
	if frappe.get_cached_doc("Client Comms Settings").first_reply_answers:
		return response_clock.ANSWERED
	if clocks.acknowledge.status in response_clock.UNMET:
		return response_clock.ACKNOWLEDGED
	return None


def classify(arrival: Arrival) -> classification.Classification:
	"""The communication type that the source rules give, tried from first to last."""
	settings = frappe.get_cached_doc("Client Comms Settings")
	rules = [
		classification.SourceRule(
			communication_type=row.communication_type,
			source=row.source or None,
			direction=row.direction or None,
			issue_type=row.issue_type or None,
			email_account=row.email_account or None,
			subject_contains=row.subject_contains or None,
		)
		for row in settings.source_rules
	]
	signal = classification.Signal(
		source=arrival.source,
		direction="Inbound",
		subject=cstr(arrival.subject),
		email_account=arrival.email_account,
		issue_type=arrival.issue_type,
	)
	return classification.classify(signal, rules, settings.default_communication_type)


def may_continue(doc, at: datetime) -> bool:
	"""Whether a message of `at` belongs to the interaction: it is not closed, or closed only days ago."""
	if doc.status != response_clock.STATUS_CLOSED:
		return True
	closed = max(_moments(doc, response_clock.CLOSED))
	days = frappe.get_cached_doc("Client Comms Settings").reopen_within_days
	return get_datetime(at) <= add_to_date(closed, days=days)


def add_evidence(doc, document) -> None:
	"""Attach the message behind an event as the documentation that the matrix owes (M-1).

	A follow-up that a closing type owes is a message to the client, not one from them.
	"""
	if document.doctype != "Communication":
		return
	if any(row.reference_name == document.name for row in doc.evidence):
		return
	closing = frappe.get_cached_value("Communication Type", doc.communication_type, "is_closure")
	if closing and document.sent_or_received != "Sent":
		return
	if method := _method_for_messages(doc):
		doc.append(
			"evidence",
			{
				"documentation_method": method,
				"reference_doctype": document.doctype,
				"reference_name": document.name,
			},
		)


def _method_for_messages(doc) -> str | None:
	for method in matrices.owed_documentation(doc.matrix, doc.communication_type):
		if method.evidence == documentation.COMMUNICATION:
			return method.name
	return frappe.db.get_value(
		"Documentation Method", {"evidence": documentation.COMMUNICATION}, order_by="creation asc"
	)


def _company(arrival: Arrival) -> str | None:
	doctype, name = arrival.reference_doctype, arrival.reference_name
	if doctype and name and frappe.get_meta(doctype).has_field("company"):
		if company := frappe.db.get_value(doctype, name, "company"):
			return company
	return frappe.defaults.get_global_default("company") or frappe.db.get_value("Company", {})


def _plain(content: str) -> str:
	text = html.unescape(strip_html(_LINE_END.sub("\n", cstr(content))))
	return "\n".join(line.strip() for line in text.splitlines() if line.strip())[:SUMMARY_LENGTH]
