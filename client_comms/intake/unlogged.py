"""Emails, calls and events with clients that are not logged, and documents that could not be logged (D-1).

They are searched newest first, in pages bounded by an index on their date. Users see only the content that Frappe lets them read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder import Criterion
from frappe.query_builder.functions import Coalesce
from frappe.utils import add_days
from pypika.terms import ExistsCriterion

from client_comms import clock, transactions
from client_comms.client_interactions import log_timeliness
from client_comms.client_interactions.doctype.unprocessed_email import unprocessed_email
from client_comms.clients import parties
from client_comms.enforcement import governed, refusals, restrictions
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold, speaking
from client_comms.intake import (
	arrivals,
	call_log,
	event,
	failures,
	inbound_mail,
	messages,
	sources,
	unprocessed,
)
from client_comms.intake.unlogged_clients import CALL, COMMUNICATION, EVENT, Unlogged, resolve

INTERACTION = "Client Interaction"
PAGE = 500
LIMIT = 500
LOOKED_AT = 10_000  # of each kind, whether or not with clients: about two seconds
_COUNTED = 10_000  # of those that failed

_SOURCES = {
	COMMUNICATION: {
		"date": "communication_date",
		"fields": (
			"communication_medium",
			"sent_or_received",
			"sender",
			"recipients",
			"cc",
			"bcc",
			"subject",
			"email_status",
		),
	},
	CALL: {"date": "start_time", "fields": ("type", "status", "from", "to", "customer", "employee_user_id")},
	EVENT: {"date": "starts_on", "fields": ("event_category", "subject")},
}
# Those with a date, by its index; then the few without, such as calls of Exotel.
_LISTINGS = tuple((doctype, by_date) for doctype in _SOURCES for by_date in (True, False))


def sees_all() -> bool:
	"""Whether the session user is responsible for logging and can therefore see what others did not log."""
	return bool(frappe.has_permission(failures.EXEMPTION, "read"))


def since() -> datetime:
	"""The start of the period in the settings, as stored."""
	return add_days(clock.now(), -(frappe.get_cached_doc("Client Comms Settings").unlogged_days or 7))


@dataclass(frozen=True, slots=True)
class Found:
	"""Unlogged documents; `looked_back_to`: not all documents from before it were looked at, because there are too many."""

	rows: list[Unlogged]
	looked_back_to: datetime | None


def find(
	start: datetime, end: datetime | None = None, staff: str | None = None, limit: int | None = None
) -> Found:
	"""Unlogged documents, the newest first, at most `limit` (`LIMIT`); only their own for users who do not see all.

	:param start: start of the period, with `end` its end (by default now), as stored
	:param staff: only those of this user
	"""
	limit = limit or LIMIT
	if not sees_all():
		staff = frappe.session.user
	found = [] if staff else [*_failed(start, end, limit), *_unprocessed(start=start, end=end, limit=limit)]
	end = min(end or clock.now(), clock.now())
	failed = {(each.doctype, each.name) for each in found}
	looked_back_to = []
	for doctype, by_date in _LISTINGS:
		some, looked_at = [], 0
		for page in _pages(doctype, by_date, start, end):
			some += [
				each
				for each in resolve(doctype, page)
				if (not staff or each.staff == staff) and (doctype, each.name) not in failed
			]
			looked_at += len(page)
			if len(some) >= limit:
				break
			if looked_at >= LOOKED_AT:
				looked_back_to.append(page[-1].at)
				break
		found += some
	found = sorted(found, key=lambda each: (each.at, each.name), reverse=True)[:limit]
	return Found(_with_content(found), max(looked_back_to, default=None))


@dataclass(frozen=True, slots=True)
class Numbers:
	"""How many unlogged documents of each kind there are: for users who see all, and of each user. Kinds in English."""

	everyones: Counter[str]
	by_staff: dict[str, Counter[str]]

	def of_session_user(self) -> dict[str, int]:
		"""Kind, in the user's language → number."""
		mine = self.everyones if sees_all() else self.by_staff.get(frappe.session.user, {})
		found: Counter[str] = Counter()
		for kind, number in mine.items():
			found[_(kind)] += number
		return dict(found)


def count(start: datetime) -> Numbers:
	"""What `find` would list until now, for all users at once, in as many queries as for one.

	:param start: as in `find`
	"""
	numbers, end = Numbers(Counter(), defaultdict(Counter)), clock.now()
	with speaking("en"):
		failed = {
			(each.doctype, each.name): each.kind
			for each in (
				*_failed(start, None, _COUNTED),
				*_unprocessed(start=start, end=None, limit=_COUNTED),
			)
		}
		numbers.everyones.update(failed.values())
		for doctype, by_date in _LISTINGS:
			for page in _pages(doctype, by_date, start, end):
				for each in resolve(doctype, page):
					if each.staff:
						numbers.by_staff[each.staff][each.kind] += 1
					if (doctype, each.name) not in failed:
						numbers.everyones[each.kind] += 1
	return numbers


def require(doctype: str, name: str) -> Unlogged:
	"""The document as an unlogged one, if the session user may see it.

	:raises frappe.ValidationError: it is logged, set aside, or not with a client
	:raises ClearanceMissingError: it belongs to another user, or is an email that they cannot read
	"""
	if doctype not in sources.log_by_doctype() and doctype != unprocessed.UNPROCESSED:
		frappe.throw(
			_("{0} is not logged as an interaction. Choose a row of {1}.").format(
				bold(_(doctype)), bold(_("Unlogged Interactions"))
			),
			title=_("Cannot Be Logged"),
		)
	failed = _unprocessed(name=name) if doctype == unprocessed.UNPROCESSED else _failed(name=(doctype, name))
	found = sees_all() and next(iter(failed), None)
	if not found and doctype in _SOURCES:
		found = next(iter(resolve(doctype, _one(doctype, name))), None)
	if found and (sees_all() or found.staff == frappe.session.user):
		if doctype == unprocessed.UNPROCESSED:
			_require_readable(name)
		return found
	if sees_all():
		frappe.throw(
			_("{0} {1} is no longer unlogged. Refresh the report.").format(_(doctype), bold(name)),
			title=_("Nothing to Log"),
		)
	# The same message whether it belongs to another user or does not exist.
	frappe.throw(
		_("{0} {1} is not one of your unlogged documents. Ask {2}.").format(
			_(doctype),
			bold(name),
			bold(_(frappe.get_cached_doc("Client Comms Settings").manager_role)),
		),
		exc=ClearanceMissingError,
		title=_("Nothing to Log"),
	)


def log(doctype: str, name: str) -> str | None:
	"""Log a document as it would have been logged on arrival; returns the interaction's name.

	An email that could not be stored is taken in; without an interaction (None), if a machine or a colleague wrote it. It may continue an interaction; a new one counts as logged late accordingly. Callers check whether the user can log.

	:raises frappe.ValidationError: it should not or cannot be logged; the message says why
	"""
	doc = transactions.locked(doctype, name)  # prevents others from logging it in the meantime
	require(doctype, name)
	with restrictions.logging():
		return _log(doc)


def _log(doc) -> str | None:
	doctype, name = doc.doctype, doc.name
	taken_in = doctype == unprocessed.UNPROCESSED
	if taken_in:
		doc = unprocessed.take_in(doc, inbound_mail.store)
		doctype, name = doc.doctype, doc.name
		if doc.client_interaction:
			return doc.client_interaction
	interaction = sources.log_by_doctype()[doctype](doc)
	if interaction is None and taken_in:
		return None
	if interaction is None:
		frappe.throw(
			_(
				"{0} {1} could not be logged automatically. Log the interaction by hand and link the document to it."
			).format(_(doctype), bold(name)),
			title=_("Could Not Be Logged"),
		)
	if doctype in governed.bound() and not frappe.db.get_value(doctype, name, "client_interaction"):
		arrivals.bind(doc, interaction)
	failures.forget(doctype, name)
	began_with = next((row.source_name for row in interaction.events if row.source_name), None)
	if began_with == name:  # a new one, not a continued one
		lateness = log_timeliness.of_log(interaction.occurred_on, interaction.company)
		interaction.db_set(lateness, update_modified=False)
	return interaction.name


def _require_readable(name: str) -> None:
	"""An email that is not stored as a message has no level, and is taken in or set aside only by who can read every level.

	Other documents are logged by users who cannot read them, too: as on arrival, which gives no access.

	:raises ClearanceMissingError: the user cannot read every level
	"""
	if not frappe.has_permission(unprocessed.UNPROCESSED, "read", name):
		frappe.throw(
			_(
				"To take in this email or set it aside, you need clearance for every level, because its own is not known yet. Ask someone with one of these roles: {0}."
			).format(refusals.seeing_everything()),
			exc=ClearanceMissingError,
			title=_("Not Permitted"),
		)


def dismiss(doctype: str, name: str, reason: str) -> None:
	"""Record that the document is not a client matter, so that it is no longer listed.

	:raises frappe.ValidationError: no reason is given, or it cannot be set aside
	:raises ClearanceMissingError: it belongs to another user, or is an email that they cannot read
	"""
	require(doctype, name)  # says who can help, sooner than Frappe refuses the new document
	frappe.get_doc(
		{
			"doctype": failures.EXEMPTION,
			"reference_doctype": doctype,
			"reference_name": name,
			"reason": reason,
		}
	).insert()


# --- finding ---------------------------------------------------------------------------------------


def _pages(doctype: str, by_date: bool, start: datetime, end: datetime) -> Iterator[list]:
	"""Documents of the period without an interaction, newest first, page by page; each page starts where the last one ended.

	:param by_date: those with a date of their own, or those without, which count from when they were stored
	"""
	table = frappe.qb.DocType(doctype)
	date = table[_SOURCES[doctype]["date"]]
	at = date if by_date else table.creation
	asked, before = [at >= start, at <= end, *([] if by_date else [date.isnull()])], []
	while rows := _query(doctype, table, at, asked + before):
		yield rows
		if len(rows) < PAGE:
			return
		before = [(at < rows[-1].at) | ((at == rows[-1].at) & (table.name < rows[-1].name))]


def _one(doctype: str, name: str) -> list:
	table = frappe.qb.DocType(doctype)
	return _query(
		doctype, table, Coalesce(table[_SOURCES[doctype]["date"]], table.creation), [table.name == name]
	)


def _query(doctype: str, table, at, asked: list) -> list:
	fields = [table[field] for field in _SOURCES[doctype]["fields"]]
	kept = failures.are_kept(failures.EXEMPTION, doctype, table)
	return (
		frappe.qb.from_(table)
		.select(table.name, table.owner, at.as_("at"), *fields)
		.where(Criterion.all([*asked, failures.are_unbound(table), kept.negate(), *_of_kind(doctype, table)]))
		.orderby(at, table.name, order=frappe.qb.desc)
		.limit(PAGE)
	).run(as_dict=True)


def _of_kind(doctype: str, table) -> list:
	if doctype == COMMUNICATION:
		return [
			table.communication_type == "Communication",
			table.communication_medium.isin(list(messages.CHANNELS)),
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
	failure, dismissal = frappe.qb.DocType(failures.FAILURE), frappe.qb.DocType(failures.EXEMPTION)
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


def _unprocessed(**which) -> list[Unlogged]:
	"""Emails that could not be stored as a message; the arguments are those of `unprocessed.waiting`."""
	return [
		Unlogged(
			unprocessed.UNPROCESSED,
			row.name,
			_("Email"),
			row.received_at,
			parties.Client(),
			None,
			row.subject,
			unprocessed_email.in_words(row),
			row.sender,
		)
		for row in unprocessed.waiting(**which)
	]


def _with_content(found: list[Unlogged]) -> list[Unlogged]:
	"""Without what comes from documents that the user cannot read, according to Frappe and the level: reasons are errors that
	quote addresses and values. One query per DocType."""
	readable = set()
	for doctype in {each.doctype for each in found}:
		names = [each.name for each in found if each.doctype == doctype]
		if frappe.has_permission(doctype, "read"):
			readable.update(
				(doctype, name)
				for name in frappe.get_list(doctype, {"name": ("in", names)}, pluck="name", limit=0)
			)
	return [
		each
		if (each.doctype, each.name) in readable
		else replace(each, subject=None, sender=None, reason=None)
		for each in found
	]


def require_exempted(doc, method=None) -> None:
	"""`before_insert` of Logging Exemption: `require` for the document that it exempts."""
	require(doc.reference_doctype, doc.reference_name)
