"""Emails, calls and events with clients that are not logged, and documents that could not be logged (D-1).

They are searched newest first, in pages bounded by an index on their date; the owners of a page's addresses and
numbers are found in a few queries, however many there are. Users see only the content that Frappe lets them read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder import Criterion
from frappe.utils import add_days, parse_addr, split_emails
from pypika.terms import ExistsCriterion

from client_comms import clock
from client_comms.client_interactions import log_timeliness
from client_comms.clients import parties, phone_numbers
from client_comms.exceptions import ClearanceMissingError
from client_comms.intake import arrivals, call_log, communication, event, failures, sources
from client_comms.rules import automatic_mail, domains

INTERACTION = "Client Interaction"
DISMISSAL = "Logging Exemption"
COMMUNICATION, CALL, EVENT = "Communication", "Call Log", "Event"
PAGE = 500
LIMIT = 500

_SOURCES = {
	COMMUNICATION: {
		"date": "communication_date",
		"fields": ("communication_medium", "sent_or_received", "sender", "recipients", "cc", "subject"),
	},
	CALL: {
		"date": "start_time",
		"fields": ("type", "status", "from", "to", "customer", "employee_user_id"),
	},
	EVENT: {
		"date": "starts_on",
		"fields": ("event_category", "subject"),
	},
}


@dataclass(frozen=True, slots=True)
class Unlogged:
	"""One unlogged document; `at` as stored, `subject` None if the user cannot read it.

	`reason` says why it could not be logged on arrival, if that was tried.
	"""

	doctype: str
	name: str
	kind: str
	at: datetime
	client: parties.Client
	staff: str | None
	subject: str | None
	reason: str | None = None


def sees_all() -> bool:
	"""Whether the session user is responsible for logging and can therefore see what others did not log."""
	return bool(frappe.has_permission(DISMISSAL, "read"))


def since() -> datetime:
	"""The start of the period in the settings, as stored."""
	return add_days(clock.now(), -(frappe.get_cached_doc("Client Comms Settings").unlogged_days or 7))


def find(
	start: datetime, end: datetime | None = None, staff: str | None = None, limit: int | None = None
) -> list[Unlogged]:
	"""Unlogged documents, the newest first, at most `limit` (`LIMIT`); only their own for users who do not see all.

	:param start: start of the period, with `end` its end (by default now), as stored
	:param staff: only those of this user
	"""
	limit = limit or LIMIT
	if not sees_all():
		staff = frappe.session.user
	found = [] if staff else _failed(start, end, limit)
	end = min(end or clock.now(), clock.now())
	failed = {(each.doctype, each.name) for each in found}
	for doctype in _SOURCES:
		some = []
		for page in _pages(doctype, start, end):
			some += [
				each
				for each in _resolve(doctype, page)
				if (not staff or each.staff == staff) and (doctype, each.name) not in failed
			]
			if len(some) >= limit:
				break
		found += some
	found = sorted(found, key=lambda each: (each.at, each.name), reverse=True)[:limit]
	return _with_content(found)


def require(doctype: str, name: str) -> Unlogged:
	"""The document as an unlogged one, if the session user may see it.

	:raises frappe.ValidationError: it is logged, set aside, or not with a client
	:raises ClearanceMissingError: it belongs to another user
	"""
	if doctype not in sources.LOG:
		frappe.throw(
			_("{0} is not logged as an interaction. Choose a row of {1}.").format(
				frappe.bold(_(doctype)), frappe.bold(_("Unlogged Interactions"))
			),
			title=_("Cannot Be Logged"),
		)
	found = sees_all() and next(iter(_failed(name=(doctype, name))), None)
	if not found and doctype in _SOURCES:
		found = next(iter(_resolve(doctype, _query(doctype, name=name))), None)
	if found and (sees_all() or found.staff == frappe.session.user):
		return found
	if sees_all():
		frappe.throw(
			_("{0} {1} is no longer unlogged. Refresh the report.").format(_(doctype), frappe.bold(name)),
			title=_("Nothing to Log"),
		)
	# The same message whether it belongs to another user or does not exist.
	frappe.throw(
		_("{0} {1} is not one of your unlogged documents. Ask {2}.").format(
			_(doctype),
			frappe.bold(name),
			frappe.bold(_(frappe.get_cached_doc("Client Comms Settings").manager_role)),
		),
		exc=ClearanceMissingError,
		title=_("Nothing to Log"),
	)


def log(doctype: str, name: str) -> str:
	"""Log a document as it would have been logged on arrival; returns the interaction's name.

	It may continue an interaction; a new one counts as logged late accordingly. Callers check whether the user can log.

	:raises frappe.ValidationError: it should not or cannot be logged; the message says why
	"""
	doc = frappe.get_doc(doctype, name, for_update=True)  # prevents others from logging it in the meantime
	require(doctype, name)
	interaction = sources.LOG[doctype](doc)
	if interaction is None:
		frappe.throw(
			_(
				"{0} {1} could not be logged automatically. Log the interaction by hand and link the document to it."
			).format(_(doctype), frappe.bold(name)),
			title=_("Could Not Be Logged"),
		)
	if doctype in sources.BOUND and not frappe.db.get_value(doctype, name, "client_interaction"):
		arrivals.bind(doc, interaction)
	failures.forget(doctype, name)
	began_with = next((row.source_name for row in interaction.events if row.source_name), None)
	if began_with == name:  # a new one, not a continued one
		lateness = log_timeliness.of_log(interaction.occurred_on, interaction.company)
		interaction.db_set(lateness, update_modified=False)
	return interaction.name


def dismiss(doctype: str, name: str, reason: str) -> None:
	"""Record that the document is not a client matter, so that it is no longer listed.

	:raises frappe.ValidationError: no reason is given, or it cannot be set aside
	"""
	frappe.get_doc(
		{"doctype": DISMISSAL, "reference_doctype": doctype, "reference_name": name, "reason": reason}
	).insert()


def client_names(found: list[Unlogged]) -> dict[tuple[str, str], str]:
	"""The names of clients: (party type, party) -> name. One query per party type."""
	names = {}
	for party_type in {each.client.party_type for each in found} - {None}:
		those = {each.client.party for each in found if each.client.party_type == party_type}
		title = frappe.get_meta(party_type).get_title_field()
		for name, called in frappe.get_all(
			party_type, {"name": ("in", list(those))}, ["name", title], as_list=True
		):
			names[party_type, name] = called
	return names


# --- finding ---------------------------------------------------------------------------------------


def _pages(doctype: str, start: datetime, end: datetime) -> Iterator[list]:
	"""Documents of the period without an interaction, newest first, page by page; each page starts where the
	last one ended."""
	before = None
	while rows := _query(doctype, start, end, before):
		yield rows
		if len(rows) < PAGE:
			return
		before = (rows[-1].at, rows[-1].name)


def _query(doctype: str, start=None, end=None, before=None, name: str | None = None) -> list:
	source = _SOURCES[doctype]
	table, dismissal = frappe.qb.DocType(doctype), frappe.qb.DocType(DISMISSAL)
	at = table[source["date"]]
	dismissed = (
		frappe.qb.from_(dismissal)
		.select(dismissal.reference_name)
		.where((dismissal.reference_doctype == doctype) & (dismissal.reference_name == table.name))
	)
	conditions = [
		table.client_interaction.isnull() | (table.client_interaction == ""),
		ExistsCriterion(dismissed).negate(),
		*_of_kind(doctype, table),
	]
	if name:
		conditions.append(table.name == name)
	else:
		conditions += [at >= start, at <= end]
	if before:
		conditions.append((at < before[0]) | ((at == before[0]) & (table.name < before[1])))
	return (
		frappe.qb.from_(table)
		.select(table.name, table.owner, at.as_("at"), *(table[field] for field in source["fields"]))
		.where(Criterion.all(conditions))
		.orderby(at, table.name, order=frappe.qb.desc)
		.limit(PAGE)
	).run(as_dict=True)


def _of_kind(doctype: str, table) -> list:
	if doctype == COMMUNICATION:
		return [
			table.communication_type == "Communication",
			table.communication_medium.isin(list(communication.CHANNELS)),
			# Frappe's copy of an event is logged as the event.
			table.reference_doctype.isnull() | (table.reference_doctype != EVENT),
		]
	if doctype == CALL:
		# A message that never reached the client does not count.
		incoming = (table.type == call_log.INCOMING) & table.status.isin(call_log.OVER)
		return [incoming | (table.status == call_log.REACHED)]
	return [table.status != event.CANCELLED, table.starts_on <= clock.now()]


def _failed(
	start: datetime | None = None,
	end: datetime | None = None,
	limit: int = 1,
	name: tuple[str, str] | None = None,
) -> list[Unlogged]:
	"""Documents that could not be logged on arrival in the period (or one such document), whether or not the
	client is known."""
	failure, dismissal = frappe.qb.DocType(failures.FAILURE), frappe.qb.DocType(DISMISSAL)
	dismissed = (
		frappe.qb.from_(dismissal)
		.select(dismissal.name)
		.where(dismissal.reference_doctype == failure.reference_doctype)
		.where(dismissal.reference_name == failure.reference_name)
	)
	query = frappe.qb.from_(failure).where(ExistsCriterion(dismissed).negate())
	if name:
		query = query.where((failure.reference_doctype == name[0]) & (failure.reference_name == name[1]))
	else:
		query = query.where(failure.creation >= start)
		query = query.where(failure.creation <= end) if end else query
	rows = (
		query.select(failure.reference_doctype, failure.reference_name, failure.creation, failure.reason)
		.orderby(failure.creation, order=frappe.qb.desc)
		.limit(limit)
	).run()
	return [
		Unlogged(doctype, name, _(doctype), at, parties.Client(), None, None, reason)
		for doctype, name, at, reason in rows
	]


# --- clients and staff ------------------------------------------------------------------------------


def _resolve(doctype: str, rows: list) -> list[Unlogged]:
	resolve = {COMMUNICATION: _communications, CALL: _calls, EVENT: _events}[doctype]
	return resolve(rows) if rows else []


def _communications(rows: list) -> list[Unlogged]:
	own = frappe.get_cached_doc("Client Comms Settings").own_domains()
	senders = {row.name: _addresses(row.sender) for row in rows}
	recipients = {row.name: _addresses(row.recipients, row.cc) for row in rows}
	everybody = {
		address for side in (senders, recipients) for several in side.values() for address in several
	}
	users = parties.users_of(everybody)
	clients = parties.of_addresses(a for a in everybody if a not in users and domains.of(a) not in own)
	found = []
	for row in rows:
		if automatic_mail.automatic_kind({}, row.sender or "", row.subject or "", own_domains=own):
			continue
		sender, addressed = senders[row.name], recipients[row.name]
		if client := _first(clients, sender):
			staff = _first(users, addressed)
		elif client := _first(clients, addressed):
			staff = _first(users, sender) or (row.owner if row.sent_or_received == "Sent" else None)
		else:
			continue
		kind = _("Email") if row.communication_medium == "Email" else _(row.communication_medium)
		found.append(Unlogged(COMMUNICATION, row.name, kind, row.at, client, staff, row.subject))
	return found


def _calls(rows: list) -> list[Unlogged]:
	region = phone_numbers.default_region()
	numbers = {
		row.name: phone_numbers.normalised(
			row["from"] if row.type == call_log.INCOMING else row["to"], region
		)
		for row in rows
	}
	contacts = phone_numbers.contacts_of(numbers.values())
	clients = parties.of_contacts(contact for several in contacts.values() for contact in several)
	found = []
	for row in rows:
		client = _first(clients, contacts.get(numbers[row.name], ()))
		if not client and row.customer:
			client = parties.Client("Customer", row.customer)
		if client:
			staff = row.employee_user_id or (None if row.type == call_log.INCOMING else row.owner)
			found.append(Unlogged(CALL, row.name, _("Call"), row.at, client, staff, None))
	return found


def _events(rows: list) -> list[Unlogged]:
	participants = frappe.get_all(
		"Event Participants",
		{"parenttype": EVENT, "parent": ("in", [row.name for row in rows])},
		["parent", "reference_doctype", "reference_docname"],
		order_by="parent asc, idx asc",
	)
	clients = parties.of_documents((each.reference_doctype, each.reference_docname) for each in participants)
	of_event: dict[str, parties.Client] = {}
	for each in participants:
		if client := clients.get((each.reference_doctype, each.reference_docname)):
			of_event.setdefault(each.parent, client)
	return [
		Unlogged(
			EVENT,
			row.name,
			_(row.event_category or EVENT),
			row.at,
			of_event[row.name],
			row.owner,
			row.subject,
		)
		for row in rows
		if row.name in of_event
	]


def _with_content(found: list[Unlogged]) -> list[Unlogged]:
	"""Without the subjects that the user cannot read, according to Frappe and the level; one query per DocType."""
	readable = set()
	for doctype in {each.doctype for each in found}:
		names = [each.name for each in found if each.doctype == doctype]
		if frappe.has_permission(doctype, "read"):
			readable.update(
				(doctype, name)
				for name in frappe.get_list(doctype, {"name": ("in", names)}, pluck="name", limit=0)
			)
	return [each if (each.doctype, each.name) in readable else replace(each, subject=None) for each in found]


def _addresses(*fields: str | None) -> list[str]:
	"""Bare addresses in lower case, in order."""
	addresses = [parse_addr(each)[1].lower() for field in fields for each in split_emails(field or "")]
	return list(dict.fromkeys(address for address in addresses if "@" in address))


def _first(values: dict, keys):
	return next((values[key] for key in keys if key in values), None)


def require_exempted(doc, method=None) -> None:
	"""`before_insert` of Logging Exemption: `require` for the document that it exempts."""
	require(doc.reference_doctype, doc.reference_name)
