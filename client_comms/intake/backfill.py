"""Logs documents from before the app was installed, or from while a source was switched off (D-1, F-1).

Documents are processed in chronological order, as if they were arriving: threads are found, and answers count.
Documents that are already logged, or not to be logged, are skipped, so a run can be repeated or interrupted at any
time: it commits in chunks of whole documents. No one is notified of past deadlines, and nothing is sent to
clients. Until the last document is logged, the sweep skips the interactions (`sweep.HELD`), because the
answer may follow.

What would have been deleted or anonymised by now, had it been logged in its time, is left out: retention would find it at once, and
until then it would be open to staff once more. When it would have been closed is not known, so its own day counts, that of an Issue when it was settled.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce
from frappe.utils import data, get_datetime, getdate
from pypika.terms import Criterion, ExistsCriterion

from client_comms import alerts, clock, transactions
from client_comms.client_interactions.clocks import sweep
from client_comms.client_privacy import retention
from client_comms.client_privacy.erasure import records
from client_comms.clients import preferences
from client_comms.enforcement import governed
from client_comms.exceptions import NoMatrixInForceError
from client_comms.i18n import speaking
from client_comms.intake import (
	arrivals,
	call_log,
	event,
	failures,
	human_resources,
	inbound_mail,
	issue_status,
	mailboxes,
	messages,
	sources,
)
from client_comms.rules import response_clock

INTERACTION = arrivals.INTERACTION
CHUNK = 50
DEADLOCKS = 10

OPENED, CONTINUED, NOTHING, EXPIRED = "opened", "continued", "nothing", "expired"
NO_MATRIX, FAILED = "no_matrix", "failed"


class _HasExpiredError(Exception):
	"""The interaction that was just opened would be gone by now."""


@dataclass(frozen=True, slots=True)
class _Source:
	"""How one DocType is processed: the time of a document, and which documents are considered."""

	moment: str
	considered: Callable[[object], Criterion]


_SOURCES = {
	"Communication": _Source(
		"communication_date",
		lambda table: (
			table.communication_type.isin(("Communication", messages.AUTOMATED))
			& table.communication_medium.isin(list(messages.CHANNELS))
			& (Coalesce(table.email_status, "") != inbound_mail.SPAM)
			& Coalesce(table.reference_doctype, "").notin(human_resources.doctypes())
			& Coalesce(table.email_account, "").notin([*mailboxes.not_for_clients(), "-"])
		),
	),
	"Call Log": _Source("start_time", lambda table: table.status.isin(call_log.OVER)),
	"Event": _Source("starts_on", lambda table: table.status != event.CANCELLED),
	"Issue": _Source("creation", lambda table: table.via_customer_portal == 0),
	"Lead": _Source("creation", lambda table: table.docstatus < 2),
	"Opportunity": _Source("creation", lambda table: table.docstatus < 2),
	"Appointment": _Source("creation", lambda table: table.party.isnotnull()),
}
DOCTYPES = tuple(_SOURCES)
# Of these the client waits for nothing; of an Issue the settings say whether its interaction follows it.
_SETTLED = {
	"Lead": ("Converted", "Lost Quotation", "Do Not Contact"),
	"Opportunity": ("Converted", "Lost", "Closed"),
}


def earliest() -> datetime | None:
	"""The earliest time that can be logged: when the first version of the matrix came into force; None without one."""
	return frappe.db.get_value(
		"Communication Matrix", {"docstatus": 1}, "effective_from", order_by="effective_from asc"
	)


def run(
	since: datetime,
	doctypes: Iterable[str] = DOCTYPES,
	dry_run: bool = False,
	watch: Callable[[list], Iterable] = iter,
) -> dict[str, Counter]:
	"""Log the unlogged documents since a given time.

	:param since: as stored (site time zone)
	:param doctypes: some of `DOCTYPES`
	:param dry_run: roll back everything at the end; until then it is one transaction, so no one should work meanwhile
	:param watch: wraps the list of chunks, to show progress
	:returns: DocType -> how many documents `opened` an interaction, `continued` one, became `nothing`, are past their
	    retention (`expired`), are older than any matrix (`no_matrix`), or `failed` (see the Error Log)
	"""
	found = [key for doctype in doctypes for key in _unlogged(doctype, since)]
	found.sort()
	chunks = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)]
	counts = {doctype: Counter() for doctype in doctypes}
	with _quietly():
		for chunk in watch(chunks):
			for doctype, outcome in _carried_out(chunk, dry_run):
				counts[doctype][outcome] += 1
		if dry_run:
			frappe.db.rollback()
		else:
			_release()
	return counts


@contextmanager
def _quietly() -> Iterator[None]:
	"""No mail, notifications, assignments or webhooks for past events."""
	flags = ("in_patch", "mute_emails")
	before = {flag: frappe.flags.get(flag) for flag in flags}
	frappe.flags.update(dict.fromkeys(flags, True))
	try:
		with alerts.muted():
			yield
	finally:
		frappe.flags.update(before)


def _unlogged(doctype: str, since: datetime) -> list[tuple[datetime, str, str]]:
	"""Keys of the documents to process, as (time, DocType, name)."""
	source, table = _SOURCES[doctype], frappe.qb.DocType(doctype)
	moment = Coalesce(table[source.moment], table.creation)
	query = (
		frappe.qb.from_(table)
		.select(moment, table.name)
		.where((moment >= since) & (moment <= clock.now()))
		.where(source.considered(table))
		.where(failures.are_kept(failures.EXEMPTION, doctype, table).negate())
	)
	if doctype in governed.bound():
		query = query.where(failures.are_unbound(table))
	else:
		interaction = frappe.qb.DocType(INTERACTION)
		about = (
			frappe.qb.from_(interaction)
			.select(interaction.name)
			.where((interaction.reference_doctype == doctype) & (interaction.reference_name == table.name))
		)
		query = query.where(ExistsCriterion(about).negate())
	return [(get_datetime(at), doctype, name) for at, name in query.run()]


def _carried_out(chunk: list, dry_run: bool) -> list[tuple[str, str]]:
	"""Log a chunk and commit it; a chunk that loses a deadlock is repeated."""
	for _attempt in range(DEADLOCKS):
		try:
			outcomes = [(doctype, _log(doctype, name)) for _at, doctype, name in chunk]
		except frappe.QueryDeadlockError:
			frappe.db.rollback()
			if dry_run:
				raise
			continue
		if dry_run:
			frappe.db.transaction_writes = 0  # a limit meant to make code commit
		else:
			# nosemgrep: frappe-manual-commit (an interrupted run loses at most this chunk, and finds it again)
			frappe.db.commit()
		return outcomes
	raise frappe.QueryDeadlockError


def _log(doctype: str, name: str) -> str:
	began = data.now_datetime()  # the clock from which `creation` is taken
	with (
		transactions.part("Backfill could not log a document", doctype, name),
		transactions.part(only=(NoMatrixInForceError, _HasExpiredError)) as part,
	):
		doc = arrivals.locked(doctype, name)
		if doc is None or _is_logged(doc):
			return NOTHING
		doc.flags.client_comms_of_the_past = True
		interaction = sources.log_by_doctype()[doctype](doc)
		if interaction is None:
			return NOTHING
		opened = get_datetime(interaction.creation) >= began
		if opened and _has_expired(doc, interaction):
			raise _HasExpiredError
		_hold(interaction, opened)
		return OPENED if opened else CONTINUED
	if isinstance(part.error, _HasExpiredError):
		return EXPIRED
	return NO_MATRIX if part.error else FAILED


def _has_expired(doc, interaction) -> bool:
	over_since = interaction.occurred_on
	if doc.doctype == retention.ISSUE:
		if doc.status not in retention.SETTLED:
			return False
		over_since = doc.get("sla_resolution_date") or over_since
	return retention.would_be_gone(interaction, getdate(over_since))


def _is_logged(doc) -> bool:
	"""Whether it has been logged in the meantime, or will be logged with the message that created it."""
	if sources.is_logged(doc):
		return True
	if doc.doctype in governed.bound():
		return False
	if doc.doctype == "Lead" and frappe.db.exists(
		INTERACTION, {"party_type": doc.doctype, "party": doc.name}
	):
		return True
	made_by = {
		"reference_doctype": doc.doctype,
		"reference_name": doc.name,
		"sent_or_received": "Received",
		"communication_date": ("<=", get_datetime(doc.creation) + records.MADE_BY_MESSAGE),
	}
	return bool(frappe.db.exists("Communication", made_by))


def _hold(interaction, opened: bool) -> None:
	"""Make the sweep skip interactions that this run, or an interrupted one, has opened."""
	before = interaction.get_doc_before_save()
	if opened or (before and before.next_check_at and get_datetime(before.next_check_at) == sweep.HELD):
		frappe.db.set_value(INTERACTION, interaction.name, "next_check_at", sweep.HELD, update_modified=False)


def _release() -> None:
	"""Judge the held interactions as of now: missed deadlines are marked, and no one is notified."""
	while names := frappe.get_all(
		INTERACTION, {"next_check_at": sweep.HELD}, pluck="name", order_by="name asc", limit=CHUNK
	):
		for name in names:
			with transactions.part("Backfill could not close an interaction", INTERACTION, name):
				_close_settled(name)
			frappe.db.set_value(INTERACTION, name, "next_check_at", clock.now(), update_modified=False)
			# The sweep finds it.
			with transactions.part("Backfill could not judge an interaction", INTERACTION, name):
				sweep.handle(frappe.get_doc(INTERACTION, name, for_update=True))
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (an interrupted run loses at most this chunk)


def _close_settled(name: str) -> None:
	"""Of a document that is settled nothing is owed any more, also if the answer was given past ERPNext: it is closed since then, or since the last
	that is known of it."""
	doc = frappe.get_doc(INTERACTION, name, for_update=True)
	if doc.status == response_clock.STATUS_CLOSED or not (settled := _settled(doc)):
		return
	happened = [row.at for row in doc.events if row.event in response_clock.CLOCK_EVENTS]
	known = [doc.occurred_on, settled.get("sla_resolution_date"), *happened]
	at = min(clock.now(), max(get_datetime(each) for each in known if each))
	with speaking(preferences.site_language()):
		note = _("{0} had been settled in ERPNext before it was logged.").format(settled.name)
	doc.flags.follows_issue = True
	doc.append_event(response_clock.CLOSED, at, note)
	doc.save_by_app()


def _settled(doc) -> dict | None:
	"""The document that an interaction is about, if ERPNext says that it is settled."""
	statuses = _SETTLED.get(doc.reference_doctype)
	if not statuses:
		return issue_status.settled_issue_of(doc)
	filters = {"name": doc.reference_name, "status": ("in", statuses)}
	return frappe.db.get_value(doc.reference_doctype, filters, ["name", "status"], as_dict=True)
