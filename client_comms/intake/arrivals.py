"""From something that arrived in ERPNext to an interaction: a new one, or one more event of a thread (D-1, F-1)."""

import re
from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import add_to_date, cstr, get_datetime

from client_comms import alerts, clock, validation
from client_comms.clients import parties
from client_comms.communication_governance import matrix as matrices
from client_comms.enforcement import policy, sharing
from client_comms.enforcement.doctypes import file
from client_comms.intake import assignment, failures
from client_comms.rules import access, classification, documentation, response_clock

INTERACTION = "Client Interaction"
LOGGED = "Logged"
CONTACTED = "Contacted"  # staff met or called the client, which moves no clock
SUMMARY_LENGTH = 2000
_SAVEPOINT = "client_comms_intake"
_LINE_END = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h\d)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Arrival:
	"""What arrived, or what staff began: `document` is what is behind it, `at` when it happened, as stored.

	`sender` and `sender_name` are the person on the client's side, whichever way it went; `client` says who that
	is when an address does not. `staff` is the user who wrote, called or met.
	"""

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
	direction: str = classification.INBOUND
	client: parties.Client | None = None
	staff: str | None = None


def attempt(doc, log):
	"""Log the document. What goes wrong in it must not keep the document itself from being stored.

	:param log: takes the document; the `log` of one of the adapters
	:returns: what `log` does; None when it failed, which is kept (`failures`)
	"""
	frappe.db.savepoint(_SAVEPOINT)
	try:
		return log(doc)
	except frappe.QueryDeadlockError:
		raise  # the database took back everything, the document too
	except Exception as error:
		frappe.db.rollback(save_point=_SAVEPOINT)
		frappe.log_error(
			title=_("{0} could not be logged as an interaction").format(_(doc.doctype)),
			reference_doctype=doc.doctype,
			reference_name=doc.name,
		)
		failures.keep(doc, error)
		return None


def is_wanted(switch: str) -> bool:
	"""Whether the settings log this source by itself; what is imported or installed did not just arrive."""
	if frappe.flags.in_import or frappe.flags.in_install or frappe.flags.in_patch:
		return False
	return bool(frappe.get_cached_doc("Client Comms Settings").get(switch))


def open_new(arrival: Arrival):
	"""Log an inquiry, classified, with its clocks running, and somebody's; or what staff began (D-1, F-1).

	:returns: the interaction; None for what somebody wrote who may not read even the default type
	:raises client_comms.exceptions.NoMatrixInForceError: no matrix is in force for the company
	"""
	about_new = _about_new(arrival)
	client = arrival.client or parties.client_of(
		arrival.reference_doctype, arrival.reference_name, arrival.sender, arrival.sender_name, about_new
	)
	company = arrival.company or _company(arrival)
	matrix = matrices.require_in_force(company, arrival.at)
	inbound = arrival.direction == classification.INBOUND
	placed = (_placed if inbound else _placed_by_staff)(arrival, matrix, client)
	if placed is None:
		return None
	communication_type, level, responsible = placed
	doc = frappe.new_doc(INTERACTION)
	doc.update(
		{
			"company": company,
			"party_type": client.party_type,
			"party": client.party,
			"party_name": client.name,
			"contact": client.contact,
			"communication_type": communication_type,
			"channel": arrival.channel,
			"direction": arrival.direction,
			"occurred_on": arrival.at,
			"subject": cstr(arrival.subject)[:140] or arrival.channel,
			"summary": _plain(arrival.content) or cstr(arrival.subject),
			"reference_doctype": arrival.reference_doctype,
			"reference_name": arrival.reference_name,
		}
	)
	doc.matrix = matrix
	doc.confidentiality_level = level
	doc.responsible_staff = (inbound and assignment.by_rule(doc)) or responsible
	if nobody_available := not doc.responsible_staff:
		doc.responsible_staff = assignment.manager_for(level)
	add_evidence(doc, arrival.document)
	doc.flags.from_intake = True
	doc.flags.about_new = about_new
	doc.flags.ignore_links = True  # they have just been looked up
	doc.append_event(LOGGED, clock.now())
	if inbound:
		doc.append_event(response_clock.RECEIVED, arrival.at, source=arrival.document)
	else:
		doc.append_event(CONTACTED, arrival.at, source=arrival.document, by=arrival.staff)
	# What it links to has just been read.
	doc.insert(ignore_permissions=True, ignore_links=True)
	doc.flags.from_intake = False
	doc.flags.about_new = None
	if nobody_available:
		alerts.nobody_responsible(doc)
	return doc


def _about_new(arrival: Arrival):
	"""The document that the interaction will be about, if it is being inserted: nobody need read it, or what hangs on it."""
	document = arrival.document
	reference = (arrival.reference_doctype, arrival.reference_name)
	is_new = document.flags.client_comms_new  # Frappe no longer says so when it is in the database
	return document if is_new and (document.doctype, document.name) == reference else None


def _placed(arrival: Arrival, matrix: str, client: parties.Client) -> tuple[str, str, str | None]:
	"""Type, level and responsible staff of an inquiry."""
	communication_type = classify(arrival).communication_type
	level = _level(matrix, communication_type)
	return (
		communication_type,
		level,
		assignment.responsible_for(matrix, communication_type, level, client),
	)


def _placed_by_staff(arrival: Arrival, matrix: str, client: parties.Client):
	"""The same of what staff began: theirs, if they hold the role of the type.

	The level must not lock them out of what they wrote themselves: where that of the type would, the default
	type applies, and where even that would, nothing is logged.
	"""
	if not arrival.staff:
		return None
	default = frappe.get_cached_doc("Client Comms Settings").default_communication_type
	for communication_type in dict.fromkeys((classify(arrival).communication_type, default)):
		level = _level(matrix, communication_type)
		roles = matrices.responsible_roles(matrix, communication_type)
		holds_role = not roles or bool(roles & set(frappe.get_roles(arrival.staff)))
		if holds_role and arrival.staff != "Administrator":
			responsible = arrival.staff
		else:
			responsible = assignment.responsible_for(matrix, communication_type, level, client)
		record = access.Record(level, matrix, communication_type, responsible)
		if policy.may_read(arrival.staff, record):
			return communication_type, level, responsible
	return None


def _level(matrix: str, communication_type: str) -> str:
	rule = matrices.rule_for(matrix, communication_type)
	if rule is None:
		frappe.throw(
			_("Communication Matrix {0} has no rule for {1}. Amend it, or change the source rules.").format(
				frappe.bold(matrix), frappe.bold(_(communication_type))
			),
			title=_("Communication Type Not in the Matrix"),
		)
	return rule.confidentiality_level


def about(doctype: str | None, name: str | None, **filters):
	"""The latest interaction about a document, locked for the change that follows, or None.

	An Opportunity made from a Lead goes on with what was said about the Lead.
	"""
	found = doctype and name and about_name(doctype, name, **filters)
	return frappe.get_doc(INTERACTION, found, for_update=True) if found else None


def about_name(doctype: str, name: str, **filters) -> str | None:
	if doctype == INTERACTION:
		return frappe.db.get_value(INTERACTION, name)
	found = frappe.db.get_value(
		INTERACTION,
		{"reference_doctype": doctype, "reference_name": name, **filters},
		order_by="occurred_on desc",
	)
	if found or doctype != "Opportunity":
		return found
	source, party = frappe.db.get_value(doctype, name, ["opportunity_from", "party_name"]) or (None, None)
	return about_name("Lead", party, **filters) if source == "Lead" else None


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


def staff_wrote(doc, document, at, by: str | None = None):
	"""A message or call of staff that reached the client; it answers or acknowledges what is owed (C-3, C-4).

	:param document: the Communication, kept as evidence, or the Call Log
	:param by: the user, if it is one
	"""
	add_evidence(doc, document)
	if event := _event_of_reply(doc.clocks(at)):
		doc.record(event, at=at, source=document, by=by)
	elif document.doctype != "Communication":
		doc.record(CONTACTED, at=at, source=document, by=by)
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
	"""The communication type that the source rules give, tried from first to last (M-1)."""
	settings = frappe.get_cached_doc("Client Comms Settings")
	signal = classification.Signal(
		source=arrival.source,
		direction=arrival.direction,
		subject=cstr(arrival.subject),
		email_account=arrival.email_account,
		issue_type=arrival.issue_type,
	)
	return classification.classify(
		signal, source_rules(settings.source_rules), settings.default_communication_type
	)


def source_rules(rows) -> list[classification.SourceRule]:
	"""The rules that rows of Interaction Source Rule stand for."""
	fields = ("source", "direction", "issue_type", "email_account", "subject_contains")
	return [
		classification.SourceRule(
			row.get("communication_type"), **{field: row.get(field) or None for field in fields}
		)
		for row in rows
	]


def bind(doc, interaction) -> None:
	"""What is behind an interaction (a Communication, Event or Call Log) is as confidential as it (P-2).

	So are the messages that Frappe files under an event.
	"""
	bound = {
		"client_interaction": interaction.name,
		"confidentiality_level": interaction.confidentiality_level,
	}
	# Not `db_set`, which reads the document once more and writes a version of one that is being inserted.
	doc.update(bound)
	frappe.db.set_value(doc.doctype, doc.name, bound, update_modified=False)
	if doc.doctype != "Communication":
		sharing.end_lapsed(doc.doctype, doc.name)
		file.make_private(doc.doctype, doc.name)
		frappe.db.set_value(
			"Communication",
			{"reference_doctype": doc.doctype, "reference_name": doc.name},
			bound,
			update_modified=False,
		)


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
	text = validation.plain(_LINE_END.sub("\n", cstr(content)))
	return "\n".join(line.strip() for line in text.splitlines() if line.strip())[:SUMMARY_LENGTH]
