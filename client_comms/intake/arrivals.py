"""Turns a document that arrived in ERPNext, or that staff started, into a new interaction (D-1, F-1)."""

from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import cstr

from client_comms import alerts, clock, transactions
from client_comms.client_interactions import evidence_fits
from client_comms.clients import parties
from client_comms.communication_governance import matrix as matrices
from client_comms.enforcement import (
	comments_column,
	governed,
	level_spread,
	levels,
	places,
	policy,
	private_files,
	sharing,
)
from client_comms.i18n import bold
from client_comms.intake import assignment, mailboxes
from client_comms.rules import (
	access,
	classification,
	documentation,
	html_text,
	long_values,
	reply_text,
	response_clock,
)

INTERACTION = "Client Interaction"
LOGGED = "Logged"
CONTACTED = "Contacted"  # staff met or called the client, which does not affect clocks
SUMMARY_LENGTH = 2000
# What an Interaction Source Rule can ask for.
RULE_FIELDS = ("source", "direction", "issue_type", "email_account", "subject_contains")
_MAIL = "Communication"


@dataclass(frozen=True, slots=True)
class Arrival:
	"""Something that arrived or that staff started: `document` is its source, `at` the time of the event, as stored.

	`sender` and `sender_name` are the person on the client's side, in either direction, `holders` who has that address, if it was
	looked up; `client` is the client if it does not follow from an address. `staff` is the user who wrote, called or met. `at_least` is the lowest level
	allowed, besides the one that the document itself states. `communication_type` is what a user chose; by default that of the
	source rules. `note` is told with the first event.
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
	holders: parties.Holders | None = None
	staff: str | None = None
	at_least: str | None = None
	communication_type: str | None = None
	note: str | None = None


def stated_level(document) -> str | None:
	"""The level with which a document arrived, as from an integration."""
	return document.get("confidentiality_level") if document.doctype in governed.doctypes() else None


def is_wanted(switch: str) -> bool:
	"""Whether the settings log this source automatically; imported or installed documents did not just arrive."""
	if frappe.flags.in_import or frappe.flags.in_install or frappe.flags.in_patch:
		return False
	return bool(frappe.get_cached_doc("Client Comms Settings").get(switch))


def locked(doctype: str, name: str):
	"""The document that a job is to log, locked against other workers; None if it was deleted in the meantime.

	Only its own absence counts: what is missing while it is logged is a failure, and is kept as one.
	"""
	try:
		return transactions.locked(doctype, name)
	except frappe.DoesNotExistError:
		frappe.clear_last_message()
		return None


def open_new(arrival: Arrival):
	"""Log an inquiry, classified, with running clocks and an owner; or a contact that staff started (D-1, F-1).

	:returns: the interaction; None if its author cannot read even the default type
	:raises client_comms.exceptions.NoMatrixInForceError: no matrix is in force for the company
	"""
	doc = propose(arrival, to_be_kept=True)
	if doc is None:
		return None
	if doc.direction == classification.INBOUND:
		doc.responsible_staff = assignment.by_rule(doc) or doc.responsible_staff
	if nobody_available := not doc.responsible_staff:
		doc.responsible_staff = assignment.manager_for(doc.confidentiality_level)
	doc.flags.from_intake = True
	doc.flags.told_together = bool(nobody_available) and doc.responsible_staff in alerts.managers()
	doc.flags.ignore_links = True  # they were just looked up
	doc.flags.ignore_version = True  # Frappe makes one to find that a new document has none
	# Its links were just read.
	doc.insert(ignore_permissions=True, ignore_links=True)
	doc.flags.update({"from_intake": False, "ignore_version": False})
	doc.flags.about_new = None
	raised_from, note = doc.flags.pop("raised")
	levels.record_change(doc.doctype, doc.name, raised_from, doc.confidentiality_level, note)
	if nobody_available:
		alerts.nobody_responsible(doc)
	return doc


def propose(arrival: Arrival, *, to_be_kept: bool = False):
	"""The interaction that `open_new` would log, in memory; no Assignment Rule is asked, and no manager steps in.

	:param to_be_kept: it is about to be stored, see `places.level`
	:returns: None if its author cannot read even the default type
	"""
	about_new = _about_new(arrival)
	client = arrival.client or parties.client_of(
		arrival.reference_doctype,
		arrival.reference_name,
		arrival.sender,
		arrival.sender_name,
		about_new,
		arrival.holders,
	)
	company = arrival.company or _company(arrival)
	matrix = matrices.require_in_force(company, arrival.at)
	inbound = arrival.direction == classification.INBOUND
	there = _level_of_reference(arrival, to_be_kept)
	at_least = policy.current().strictest_of(arrival.at_least, stated_level(arrival.document), there)
	placed = (_placed if inbound else _placed_by_staff)(arrival, matrix, company, client, at_least)
	if placed is None:
		return None
	communication_type, level, responsible = placed
	doc = frappe.new_doc(INTERACTION)
	doc.update(
		{
			"company": company,
			"party_type": client.party_type,
			"party": client.party,
			"party_name": client.name and client.name[: long_values.FIELD],
			"contact": client.contact,
			"communication_type": communication_type,
			"channel": arrival.channel,
			"direction": arrival.direction,
			"occurred_on": arrival.at,
			"subject": cstr(arrival.subject)[: long_values.FIELD] or arrival.channel,
			"summary": _summary(arrival.content) or cstr(arrival.subject),
			"reference_doctype": arrival.reference_doctype,
			"reference_name": arrival.reference_name,
		}
	)
	doc.matrix = matrix
	doc.confidentiality_level = level
	doc.responsible_staff = responsible
	add_evidence(doc, arrival.document)
	doc.flags.about_new = about_new
	doc.flags.raised = _raised(arrival, doc, there)
	doc.append_event(LOGGED, clock.now(), doc.flags.raised[1] or arrival.note)
	if inbound:
		doc.append_event(response_clock.RECEIVED, arrival.at, source=arrival.document)
	else:
		doc.append_event(CONTACTED, arrival.at, source=arrival.document, by=arrival.staff)
	return doc


def _about_new(arrival: Arrival):
	"""The document that the interaction will be about, if it is just being inserted, so that it need not be
	read again."""
	document = arrival.document
	reference = (arrival.reference_doctype, arrival.reference_name)
	is_new = document.flags.client_comms_new  # Frappe no longer marks it as new once it is in the database
	return document if is_new and (document.doctype, document.name) == reference else None


def _placed(
	arrival: Arrival, matrix: str, company: str | None, client: parties.Client, at_least: str | None
) -> tuple[str, str, str | None]:
	"""Type, level and responsible staff of an inquiry."""
	communication_type = arrival.communication_type or classify(arrival).communication_type
	level = policy.current().strictest_of(_level(matrix, communication_type), at_least)
	return (
		communication_type,
		level,
		assignment.responsible_for(matrix, communication_type, level, client, company),
	)


def _placed_by_staff(
	arrival: Arrival, matrix: str, company: str | None, client: parties.Client, at_least: str | None
):
	"""The same for a contact that staff started: they are responsible, if they have the role of the type.

	The level must not lock them out of what they wrote themselves: if the type's level would, the default
	type is used, and if even that would, nothing is logged.
	"""
	if not arrival.staff:
		return None
	default = frappe.get_cached_doc("Client Comms Settings").default_communication_type
	chosen = arrival.communication_type
	proposed = (chosen,) if chosen else (classify(arrival).communication_type, default)
	for communication_type in dict.fromkeys(proposed):
		level = policy.current().strictest_of(_level(matrix, communication_type), at_least)
		roles = matrices.responsible_roles(matrix, communication_type)
		holds_role = not roles or bool(roles & set(frappe.get_roles(arrival.staff)))
		if holds_role and arrival.staff != "Administrator":
			responsible = arrival.staff
		else:
			responsible = assignment.responsible_for(matrix, communication_type, level, client, company)
		record = access.Record(level, matrix, communication_type, responsible)
		if policy.may_read(arrival.staff, record):
			return communication_type, level, responsible
	return None


def _level_of_reference(arrival: Arrival, to_be_kept: bool) -> str | None:
	"""The level of the Issue, Lead or Opportunity that it is about, also by a to-do, a meeting, an appointment or whatever else belongs to
	one: what is filed there is as confidential, and stays so when it is logged."""
	reference, document = (arrival.reference_doctype, arrival.reference_name), arrival.document
	is_itself = reference == (document.doctype, document.name)
	if not all(reference) or (is_itself and document.doctype in governed.doctypes()):
		return None
	return places.level(*reference, to_be_kept=to_be_kept)


def _raised(arrival: Arrival, doc, there: str | None) -> tuple[str | None, str | None]:
	"""The level of its type, and a note, if the document that arrived, or the one that it is about (`there`), has a stricter one."""
	stated = stated_level(arrival.document)
	of_type, rules = _level(doc.matrix, doc.communication_type), policy.current()
	level = rules.strictest_of(stated, there)
	if not level or rules.rank(level) <= rules.rank(of_type):
		return None, None
	if level == stated:
		return of_type, level_spread.arrived_with(arrival.document, stated)
	return of_type, f"{_(arrival.reference_doctype)} {arrival.reference_name} → {_(level)}"


def _level(matrix: str, communication_type: str) -> str:
	rule = matrices.rule_for(matrix, communication_type)
	if rule is None:
		frappe.throw(
			_("Communication Matrix {0} has no rule for {1}. Amend it, or change the source rules.").format(
				bold(matrix), bold(_(communication_type))
			),
			title=_("Communication Type Not in the Matrix"),
		)
	return rule.confidentiality_level


def classify(arrival: Arrival) -> classification.Classification:
	"""The communication type according to the source rules, tried in order (M-1)."""
	return _classify(
		classification.Signal(
			source=arrival.source,
			direction=arrival.direction,
			subject=cstr(arrival.subject),
			email_account=arrival.email_account,
			issue_type=arrival.issue_type,
		)
	)


def suggest(words: str, direction: str) -> classification.Classification:
	"""The type of what staff log by hand, by the rules for an email with these words as its subject (M-1)."""
	return _classify(classification.Signal(source=_MAIL, direction=direction, subject=words))


def _classify(signal: classification.Signal) -> classification.Classification:
	settings = frappe.get_cached_doc("Client Comms Settings")
	return classification.classify(
		signal, source_rules(settings.source_rules), settings.default_communication_type
	)


def source_rules(rows) -> list[classification.SourceRule]:
	"""Rows of Interaction Source Rule as rules."""
	return [
		classification.SourceRule(
			row.get("communication_type"), **{field: row.get(field) or None for field in RULE_FIELDS}
		)
		for row in rows
	]


def bind(doc, interaction) -> None:
	"""Link a Communication, Event or Call Log to its interaction, which makes it as confidential (P-2). The stricter
	level applies to both.

	Messages that Frappe files under an event are linked as well.
	"""
	if stated := stated_level(doc):
		level_spread.raise_to_stated(interaction, stated, doc)
	# A message is logged when it arrives, a meeting when it begins and a call when it ends.
	was_hidden = doc.doctype != _MAIL and not doc.flags.in_insert
	level_spread.raise_to_named(interaction, doc, was_hidden=was_hidden)
	level_spread.raise_issue_of(interaction, doc)
	bound = {
		"client_interaction": interaction.name,
		"confidentiality_level": interaction.confidentiality_level,
	}
	# Not `db_set`, which reads the document again and writes a version of one that is being inserted.
	doc.update(bound)
	frappe.db.set_value(doc.doctype, doc.name, bound, update_modified=False)
	if not doc.flags.in_insert:  # else they are private already
		private_files.make_private(doc.doctype, doc.name)
	if doc.doctype == "Communication":
		comments_column.leave_out(doc)
	else:
		sharing.end_lapsed(doc.doctype, doc.name)
		frappe.db.set_value(
			"Communication",
			{"reference_doctype": doc.doctype, "reference_name": doc.name},
			bound,
			update_modified=False,
		)


def add_evidence(doc, document) -> None:
	"""Attach the message of an event as documentation that the matrix requires (M-1).

	The follow-up that a closing type requires is a message to the client, not one from them.
	"""
	if document.doctype != "Communication":
		return
	if any(row.reference_name == document.name for row in doc.evidence):
		return
	if evidence_fits.must_be_sent(doc.communication_type) and document.sent_or_received != "Sent":
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
	for method in matrices.owed_documentation(doc.matrix, doc.communication_type, doc.channel):
		if method.evidence == documentation.COMMUNICATION:
			return method.name
	return frappe.db.get_value(
		"Documentation Method", {"evidence": documentation.COMMUNICATION}, order_by="creation asc"
	)


def _company(arrival: Arrival) -> str | None:
	doctype, name = arrival.reference_doctype, arrival.reference_name
	if arrival.direction == classification.INBOUND and (
		company := mailboxes.company_of(arrival.email_account)
	):
		return company
	if doctype and name and frappe.get_meta(doctype).has_field("company"):
		if company := frappe.db.get_value(doctype, name, "company"):
			return company
	return frappe.defaults.get_global_default("company") or frappe.db.get_value("Company", {})


def _summary(content: str) -> str:
	"""What the writer wrote, without quotations and signatures (D-2); the message itself is kept as evidence."""
	own = reply_text.summary(html_text.plain(cstr(content)))
	return "\n".join(line.strip() for line in own.splitlines() if line.strip())[:SUMMARY_LENGTH]
