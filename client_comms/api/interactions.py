"""Log an interaction and act on its clocks (D-1, C-3, C-4).

Every action takes the interaction's name, requires write access to it, and returns the interaction as a dict.
Actions that the clocks do not allow raise `ActionNotPossibleError` with what to do instead.
"""

from datetime import date, datetime

import frappe
from frappe import _
from frappe.utils import get_fullname

from client_comms import clock, validation
from client_comms.client_interactions import (
	changes,
	closing_checklist,
	interaction_level,
	log_details,
	promises,
	thanks,
)
from client_comms.client_interactions.clocks import snooze
from client_comms.client_interactions.due_words import due_words
from client_comms.communication_governance import matrix
from client_comms.enforcement import former_names, policy, references
from client_comms.intake import arrivals, assignment, source_reasons
from client_comms.outgoing import logged_contacts, writers
from client_comms.roles import require_right
from client_comms.rules import access, classification, response_clock

INTERACTION = "Client Interaction"
_LOGGABLE = (
	"company",
	"party_type",
	"party",
	"party_name",
	"contact",
	"communication_type",
	"channel",
	"direction",
	"priority",
	"occurred_on",
	"subject",
	"summary",
	"responsible_staff",
	"confidentiality_level",
	"reference_doctype",
	"reference_name",
	"outgoing_reason",
	"caller_identity",
	"third_party",
	"feedback_kind",
	"feedback_category",
	"product",
	"branch",
	"severity",
	"vulnerable_client",
)
_TABLES = {
	"action_items": ("description", "assigned_to", "due_on", "status"),
	"evidence": (
		"documentation_method",
		"reference_doctype",
		"reference_name",
		"file",
		"note",
		"physical_location",
		"custodian",
		"physical_file",
	),
	"data_categories": ("data_category",),
}


@frappe.whitelist(methods=["POST"])
def log_interaction(**fields) -> dict:
	"""Log a call, email, meeting or any other interaction with a client (D-1, D-2).

	:param fields: fields of Client Interaction; `action_items`, `evidence` and `data_categories` as lists of dicts
	    (or JSON). A client who is not known yet has a `party_name` instead of a `party`. By default, the responsible staff is the caller, or someone eligible if the caller is not, and the time is
	    now; the company is filled in as well.
	:returns: the interaction as a dict, with `may_read` (whether the caller can still read it) and `responsible_name`; without its tables
	    if they cannot
	:raises frappe.ValidationError: a field is unknown or has an invalid value
	:raises MissingDetailsError: a detail of clause D-2 is missing
	:raises NotResponsibleError: the responsible staff do not have the responsible party's role
	"""
	require_right(INTERACTION, "create")
	fields.pop("cmd", None)  # Frappe passes the name of the called method
	doc = frappe.new_doc(INTERACTION)
	doc.update(validation.record_of(INTERACTION, fields, _LOGGABLE, _TABLES))
	doc.company = doc.company or frappe.defaults.get_user_default("Company")
	if not doc.responsible_staff:
		doc.responsible_staff = _placed(doc)[1]
	doc.insert()
	may_read, logged = bool(frappe.has_permission(INTERACTION, "read", doc=doc)), _as_dict(doc)
	for table in () if may_read else doc.meta.get_table_fields():
		del logged[table.fieldname]
	return {**logged, "may_read": may_read, "responsible_name": get_fullname(doc.responsible_staff)}


@frappe.whitelist()
def simulate_log(
	communication_type: str | None = None,
	company: str | None = None,
	party_type: str | None = None,
	party: str | None = None,
	contact: str | None = None,
	responsible_staff: str | None = None,
	direction: str | None = None,
	occurred_on: str | None = None,
	words: str | None = None,
	reference_doctype: str | None = None,
	reference_name: str | None = None,
) -> dict:
	"""What the caller's log would become: its type, its level, its deadlines, and whose it is (C-3, C-4, D-1, M-1).

	:param communication_type: by default that of the source rules, by the words, as for an email
	:param responsible_staff: whom the caller chose
	:param direction: by default Inbound
	:param occurred_on: by default now
	:param words: subject and summary as far as they are written
	:param reference_doctype: of the document that it is about, whose name is `reference_name`: the log is as confidential
	:returns: `{"communication_type", "reason", "level", "responsible_staff", "responsible_name", "may_read", "acknowledge_by",
	    "respond_by", "words", "asks_identity"}`; `words` are the two deadlines in words, `asks_identity` says whether the level requires
	    the identity of who calls or comes to be confirmed (P-1), `reason` says why the type was suggested, and `may_read` whether the caller can read it once it is
	    logged. Level, staff and deadlines are None for a type that the matrix in force does not know; deadlines also if
	    nothing is owed.
	"""
	require_right(INTERACTION, "create")
	direction = direction or classification.INBOUND
	reason = None
	if not communication_type:
		suggested = arrivals.suggest(words or "", direction)
		communication_type, reason = suggested.communication_type, source_reasons.in_words(suggested)
	doc = frappe.new_doc(INTERACTION)
	doc.update(
		{
			"communication_type": communication_type,
			"company": company or frappe.defaults.get_user_default("Company"),
			"party_type": party_type,
			"party": party,
			"contact": contact,
			"direction": direction,
			"occurred_on": clock.parse(occurred_on) if occurred_on else clock.now(),
			"reference_doctype": reference_doctype,
			"reference_name": reference_name,
		}
	)
	level, proposed = _placed(doc)
	staff = responsible_staff or proposed
	record = access.Record(
		level,
		doc.matrix,
		communication_type,
		staff,
		account_manager=policy.account_manager(doc.party_type, doc.party),
	)
	return {
		"communication_type": communication_type,
		"reason": reason,
		"level": level,
		"responsible_staff": staff,
		"responsible_name": staff and get_fullname(staff),
		"may_read": bool(level) and policy.may_read(frappe.session.user, record),
		"asks_identity": bool(level) and logged_contacts.asks_identity(level),
		**_deadlines(doc),
	}


def _deadlines(doc) -> dict:
	"""The deadlines of a new log, as stored and in words."""
	changes.add_events(doc)
	clocks = doc.clocks()
	deadlines = {"acknowledge_by": clocks.acknowledge.due, "respond_by": clocks.respond.due}
	stored = {field: clock.to_stored(due) for field, due in deadlines.items()}
	words = {field: due_words(due, doc.company) for field, due in stored.items() if due}
	return {**{field: due and str(due) for field, due in stored.items()}, "words": words}


def _placed(doc) -> tuple[str | None, str | None]:
	"""The level of a new log, and who becomes responsible for it; None for a type without a rule.

	:raises client_comms.exceptions.ClearanceMissingError: the caller cannot read its client or its document, whose account manager
	    would become responsible
	"""
	log_details.set_client(doc)
	references.refuse_in_memory(doc)
	occurred = clock.parse(doc.occurred_on) if doc.occurred_on else clock.now()
	doc.matrix = matrix.require_in_force(doc.company, occurred)
	rule = doc.communication_type and matrix.rule_for(doc.matrix, doc.communication_type)
	if not rule:
		return None, None
	level = policy.current().strictest_of(
		rule.confidentiality_level, doc.confidentiality_level, interaction_level.of_reference(doc)
	)
	return level, assignment.for_log(doc.matrix, doc.communication_type, level, doc)


@frappe.whitelist()
def interaction_actions(name: str) -> dict:
	"""What the caller can do with an interaction now, for the banner on other forms.

	:returns: `{"actions": [event, …], "promise_day": date, "writers": as outgoing.writers.of,
	    "clocks": {"acknowledge_status", "promise_status"}}`
	:raises frappe.PermissionError: without read access to the interaction
	"""
	doc = frappe.get_doc(INTERACTION, name)
	doc.check_permission("read")
	return {
		"actions": doc.possible_actions(),
		"promise_day": promises.proposed_day(doc),
		"writers": writers.of(INTERACTION, doc.name),
		"clocks": {field: doc.get(field) for field in ("acknowledge_status", "promise_status")},
	}


@frappe.whitelist(methods=["POST"])
def acknowledge(
	name: str, note: str | None = None, through: str | None = None, outgoing_reason: str | None = None
) -> dict:
	"""Receipt was confirmed to the client: meets the acknowledgement clock (C-3).

	:param through: the Communication Channel on which it was; the note begins with it, and it passes the outgoing checks like an
	    outbound interaction (C-2, P-1)
	:param outgoing_reason: for proceeding, if a check warns
	:raises OutgoingRefusedError, ReasonNeededError: see `gate.require`
	"""
	return _done(name, response_clock.ACKNOWLEDGED, note, through, outgoing_reason)


@frappe.whitelist(methods=["POST"])
def promise(
	name: str,
	until: str | datetime | date,
	note: str | None = None,
	through: str | None = None,
	outgoing_reason: str | None = None,
) -> dict:
	"""The client was told when to expect the answer: meets the response clock, starts the promise clock (C-4).

	:param until: datetime in the site's time zone, after now; a date without a time means close of business on that day
	:param through: as for `acknowledge`, and so is `outgoing_reason`
	"""
	return _done(name, response_clock.PROMISED, note, through, outgoing_reason, until)


@frappe.whitelist(methods=["POST"])
def answer(
	name: str, note: str | None = None, through: str | None = None, outgoing_reason: str | None = None
) -> dict:
	"""The client has the full answer: meets every open clock (C-4).

	:param through: as for `acknowledge`, and so is `outgoing_reason`
	"""
	return _done(name, response_clock.ANSWERED, note, through, outgoing_reason)


@frappe.whitelist(methods=["POST"])
def pause(name: str, note: str | None = None, until: str | datetime | date | None = None) -> dict:
	"""Wait for the client: clocks keep their remaining working time.

	:param until: when the clocks resume automatically, which requires a note; a date without a time means when business opens
	:raises MissingDetailsError: `until` is given without a note
	"""
	doc = _writable(name)
	ends = snooze.moment(doc, until, note) if until else None
	doc.record(response_clock.PAUSED, note=note, promised_until=ends)
	return _as_dict(doc)


@frappe.whitelist(methods=["POST"])
def resume(name: str) -> dict:
	"""Continue after a pause: the remaining working time runs from now."""
	return _record(name, response_clock.RESUMED)


@frappe.whitelist(methods=["POST"])
def close(name: str) -> dict:
	"""Close the interaction; the documentation that the matrix requires must exist (M-1).

	:raises MissingDocumentationError: documentation is missing and the mode is Enforce
	:raises MissingDetailsError: feedback details are missing and the mode is Enforce
	"""
	doc = _writable(name)
	closing_checklist.close(doc)
	return _as_dict(doc)


@frappe.whitelist(methods=["POST"])
def needs_answer(name: str) -> dict:
	"""The client's last message was taken for thanks, but needs an answer: its clocks run from when it arrived (C-4)."""
	doc = _writable(name)
	thanks.needs_answer(doc)
	return _as_dict(doc)


@frappe.whitelist(methods=["POST"])
def reopen(name: str, reason: str) -> dict:
	"""Reopen a closed interaction: an answer is owed again.

	:raises MissingDetailsError: no reason is given
	"""
	validation.require_reason(reason, _("Give a reason for reopening the interaction."))
	return _record(name, response_clock.REOPENED, reason)


@frappe.whitelist(methods=["POST"])
def take_back_answer(name: str, reason: str) -> dict:
	"""The client does not have the last answer after all, because it came back or was noted by mistake: its clocks go on from where
	they were (C-4).

	:raises MissingDetailsError: no reason is given
	"""
	validation.require_reason(reason, _("Say why the answer does not count."))
	return _record(name, response_clock.TAKEN_BACK, reason)


def _noted(note: str | None, through: str | None) -> str | None:
	"""The note of something that was done outside the desk."""
	if through:
		validation.require_exists("Communication Channel", through)
	return ": ".join(filter(None, (through, (note or "").strip()))) or None


def _done(
	name: str,
	event: str,
	note: str | None,
	through: str | None,
	outgoing_reason: str | None,
	until: str | datetime | date | None = None,
) -> dict:
	"""Note what the client was told outside the desk."""
	doc, noted = _writable(name), _noted(note, through)
	promised = promises.moment(doc, until) if event == response_clock.PROMISED else None
	doc.check_event(event, clock.now(), promised)  # before anyone is asked for a reason
	only_receipt = event == response_clock.ACKNOWLEDGED
	with logged_contacts.done_elsewhere(doc, through, outgoing_reason, acknowledgement=only_receipt):
		doc.record(event, note=noted, promised_until=promised)
	return _as_dict(doc)


def _record(name: str, event: str, note: str | None = None) -> dict:
	doc = _writable(name)
	doc.record(event, note=note)
	return _as_dict(doc)


def _writable(name: str):
	require_right(INTERACTION, "write")
	doc = former_names.locked(name)
	doc.check_permission("write")
	return doc


def _as_dict(doc) -> dict:
	return doc.as_dict(no_nulls=False, convert_dates_to_str=True)
