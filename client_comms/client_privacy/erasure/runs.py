"""Runs that erase: planned without changing anything, approved by a second person, done in chunks, certified (P-2).

A run is interrupted at any point and continued without harm: each chunk is erased and marked in one transaction, and erasing
what is erased already does nothing.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from operator import itemgetter

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils.global_search import sync_global_search

from client_comms import clock, ledger, transactions
from client_comms.background_work import FAILED, BackgroundWork
from client_comms.client_privacy.erasure import belongings, certificates, records
from client_comms.clients import preferences
from client_comms.enforcement import legal_holds
from client_comms.exceptions import ActionNotPossibleError, FourEyesError, RecordIsKeptError
from client_comms.i18n import bold, speaking, words_to_keep
from client_comms.roles import COMPLIANCE_OFFICER, require_auditing, who_else
from client_comms.rules.retention import KEEP, MASK

RUN, ITEM = "Erasure Run", "Erasure Item"
RETENTION, ERASURE_REQUEST = "Retention", "Erasure Request"
PLANNING, PLANNED, APPROVED, RUNNING, FINISHED, DISCARDED = (
	"Planning",
	"Planned",
	"Approved",
	"Running",
	"Finished",
	"Discarded",
)
ITEM_PLANNED, ITEM_DONE, ITEM_FAILED, ITEM_KEPT = "Planned", "Done", "Failed", "Kept"
CHUNK = 100
EVENT = "client_comms_erasure"
_WORK = BackgroundWork(
	RUN,
	job="client_comms.client_privacy.erasure.runs.work",
	event=EVENT,
	unfinished={"status": ("in", (PLANNING, APPROVED, RUNNING))},
	timeout=6 * 60 * 60,
)
_ERASURE = "client_comms.client_privacy.requests.erasure"
# What a kind of run does itself: its module, and which of its steps.
_KINDS = {
	RETENTION: ("client_comms.client_privacy.retention", ("plan", "still_due")),
	ERASURE_REQUEST: (_ERASURE, ("plan", "approve", "begin", "before_step", "mask", "add_late", "finish")),
}
_alike = itemgetter("step", "reference_doctype", "action")
_ITEM_FIELDS = ("run", "step", "reference_doctype", "reference_name", "action", "state", "reason")


def start(kind: str, **values) -> str:
	"""Create a run and queue its planning; returns its name.

	:raises frappe.PermissionError: the session user is not a Compliance Officer
	:raises ActionNotPossibleError: another run of the kind is not finished
	"""
	require_auditing()
	transactions.lock("DocType", RUN)  # so that of two who start one at a time, the second sees the first
	_require_no_other(kind, values.get("request"))
	run = frappe.get_doc({"doctype": RUN, "kind": kind, "planned_by": frappe.session.user, **values})
	run.flags.by_the_app = True
	run.insert(ignore_permissions=True)
	_WORK.enqueue(run.name)
	return run.name


def _require_no_other(kind: str, request: str | None) -> None:
	going = {
		"kind": kind,
		"request": request or ("is", "not set"),
		"status": ("in", (PLANNING, PLANNED, APPROVED, RUNNING)),
	}
	if other := frappe.db.get_value(RUN, going):
		frappe.throw(
			_("Run {0} is not finished. Approve or discard it first.").format(bold(other)),
			exc=ActionNotPossibleError,
			title=_("One Run at a Time"),
		)


def approve(name: str, answer: str | None = None, otherwise: str | None = None) -> None:
	"""Let a planned run erase; it starts at once in the background.

	:param answer: what the client is told whose request it carries out
	:param otherwise: how they were told if not by email, such as a letter and its date; then no email is sent
	:raises frappe.PermissionError: the session user is not a Compliance Officer
	:raises FourEyesError: the session user planned it
	:raises ActionNotPossibleError: it is not planned, there is nothing to erase, or the request does not let it
	"""
	run = _locked(name, PLANNED)
	if run.planned_by == frappe.session.user:
		frappe.throw(
			_("You planned this run, so someone else must approve it. Ask another Compliance Officer.")
			+ f" {who_else(COMPLIANCE_OFFICER, besides=[run.planned_by])}",
			exc=FourEyesError,
			title=_("Second Person Required"),
		)
	if not run.planned_count:
		frappe.throw(
			_("There is nothing to erase in this run. Discard it."),
			exc=ActionNotPossibleError,
			title=_("Nothing to Erase"),
		)
	if approve_own := _own(run.kind, "approve"):
		approve_own(run, answer, otherwise)
	_set(name, status=APPROVED, approved_by=frappe.session.user, approved_on=clock.now(), attempts=0)
	_WORK.enqueue(name)


def discard(name: str) -> None:
	"""Give up a run of which nothing is erased yet."""
	run = _locked(name, PLANNED, PLANNING, APPROVED, RUNNING, FAILED)
	if run.started_on:
		_refuse_status(run)
	_discard(run)


def discard_of(request: str) -> None:
	"""A request is refused: give up the runs that would carry it out.

	:raises ActionNotPossibleError: one is approved already
	"""
	for name in frappe.get_all(RUN, {"request": request}, pluck="name", order_by="name asc"):
		run = transactions.locked(RUN, name)
		if run.status in (APPROVED, RUNNING) or (run.status == FAILED and run.approved_by):
			frappe.throw(
				_("Run {0} is approved and erases the client, so the request cannot be refused.").format(
					bold(name)
				),
				exc=ActionNotPossibleError,
				title=_("Not Possible Now"),
			)
		if run.status in (PLANNING, PLANNED, FAILED):
			_discard(run)


def _discard(run) -> None:
	frappe.db.delete(ITEM, {"run": run.name})
	_set(run.name, status=DISCARDED, finished_on=clock.now(), secret=None)


def resume(name: str) -> None:
	"""Continue a run that failed or whose job has ended, and try again what failed."""
	run = _locked(name, PLANNING, APPROVED, RUNNING, FINISHED, FAILED)
	if run.status == FINISHED and not run.failed_count:
		_refuse_status(run)
	if run.status in (FINISHED, FAILED):
		_require_no_other(run.kind, run.request)
	frappe.db.set_value(ITEM, {"run": name, "state": ITEM_FAILED}, {"state": ITEM_PLANNED, "error": None})
	_WORK.again(name, RUNNING if run.approved_by else PLANNING)


def continue_all() -> None:
	"""Every hour: continue runs whose job was stopped."""
	_WORK.continue_all()


def _locked(name: str, *statuses: str):
	require_auditing()
	run = transactions.locked(RUN, name)
	run.check_permission("read")
	if run.status not in statuses:
		_refuse_status(run)
	return run


def _refuse_status(run) -> None:
	frappe.throw(
		_("Run {0} is {1}, so this is not possible now. Reload the page.").format(
			bold(run.name), _(run.status)
		),
		exc=ActionNotPossibleError,
		title=_("Not Possible Now"),
	)


# --- planning ------------------------------------------------------------------------------------


def item(doctype: str, name: str, action: str, reason: str, step: int = 0) -> dict:
	"""What would happen to a record, for `add_items`; lower steps are done first."""
	return {
		"reference_doctype": doctype,
		"reference_name": name,
		"action": action,
		"reason": reason,
		"step": step,
	}


def add_items(run: str, items: Iterable[dict]) -> None:
	"""Add what would happen to records, each an `item`."""
	moment, user = frappe.utils.now(), frappe.session.user
	rows = [
		(
			frappe.generate_hash(length=12),
			*(moment, moment, user, user),
			run,
			each["step"],
			each["reference_doctype"],
			each["reference_name"],
			each["action"],
			ITEM_KEPT if each["action"] == KEEP else ITEM_PLANNED,
			each["reason"],
		)
		for each in items
	]
	if rows:
		own = ("name", "creation", "modified", "owner", "modified_by")
		frappe.db.bulk_insert(ITEM, [*own, *_ITEM_FIELDS], rows)


def _plan(run) -> None:
	frappe.db.delete(ITEM, {"run": run.name})
	_step(run, "plan")
	if _was_discarded(run):
		return
	count_items(run.name)
	_set(run.name, status=PLANNED, planned_on=clock.now())


def _was_discarded(run) -> bool:
	"""Whether it was meanwhile: then nothing of the step that ends is left."""
	if frappe.db.get_value(RUN, run.name, "status", for_update=True) != DISCARDED:
		return False
	frappe.db.rollback()
	return True


def count_items(name: str) -> dict[str, int]:
	"""Store how many items are in which state; returns that."""
	item = frappe.qb.DocType(ITEM)
	query = frappe.qb.from_(item).select(item.state, Count("*")).where(item.run == name)
	states = dict(query.groupby(item.state).run())
	kept = states.get(ITEM_KEPT, 0)
	figures = {
		"planned_count": sum(states.values()) - kept,
		"kept_count": kept,
		"done_count": states.get(ITEM_DONE, 0),
		"failed_count": states.get(ITEM_FAILED, 0),
	}
	_set(name, **figures)
	return figures


# --- the job -------------------------------------------------------------------------------------


def work(name_of_run: str) -> None:
	"""The job: plan, or erase what is approved."""
	_WORK.carry_out(name_of_run, _work)
	_tell(frappe.get_doc(RUN, name_of_run))


def _work(name: str) -> None:
	run = frappe.get_doc(RUN, name)
	if run.status == PLANNING:
		_plan(run)
	elif run.status in (APPROVED, RUNNING):
		_erase_all(run)
	_set(name, error=None)


def _erase_all(run) -> None:
	if not run.started_on:
		_step(run, "begin")
		if _was_discarded(run):
			return
	_set(run.name, status=RUNNING, started_on=run.started_on or clock.now())
	_remove_contents({"run": run.name})
	_erase_planned(run)
	while _step(run, "add_late") or _step(run, "finish") is False:
		_erase_planned(run)
	with speaking(preferences.site_language()):
		finish(run.name)


def _step(run, step: str, *args):
	"""A step of this kind of run; None if it has no such step. What it stores is read by all officers, so it is in the language of the site."""
	own = _own(run.kind, step)
	with speaking(preferences.site_language()):
		return own(run, *args) if own else None


def _own(kind: str, step: str) -> Callable | None:
	module, steps = _KINDS[kind]
	return getattr(import_module(module), step) if step in steps else None


def _erase_planned(run) -> None:
	while chunk := _next_chunk(run.name):
		sync_global_search()  # what waits to be indexed would come back after the row of the index is gone
		_step(run, "before_step", chunk[0].step)
		with speaking(preferences.site_language()):
			_in_chunk(run, chunk)
		count_items(run.name)
		_set(run.name, attempts=0)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (an interrupted run continues after this chunk)
		_remove_contents({"name": ("in", [row.name for row in chunk])})
		_tell(run)


def _next_chunk(run: str) -> list:
	"""The next items to do, all of one step, DocType and action."""
	waiting = {"run": run, "state": ITEM_PLANNED}
	fields = ["name", "step", "reference_doctype", "reference_name", "action"]
	order = "step asc, reference_doctype asc, action asc, reference_name asc"
	rows = frappe.get_all(ITEM, waiting, fields, order_by=order, limit=CHUNK)
	return [row for row in rows if _alike(row) == _alike(rows[0])]


def _in_chunk(run, chunk: list) -> None:
	"""Erase a chunk; if that fails, one record after the other, so that only the one at fault remains."""
	held = legal_holds.of_each(chunk[0].reference_doctype, [row.reference_name for row in chunk])
	due = _still_due(run, chunk)
	rest = []
	for row in chunk:
		if hold := held.get(row.reference_name):
			_keep(row, legal_holds.stored_sentence(hold))
		elif row.reference_name not in due:
			_keep(row, _("It was changed after the plan, and is no longer due"))
		else:
			rest.append(row)
	if error := _erase(rest):
		for row in rest:
			if error := _erase([row]) if len(rest) > 1 else error:
				if isinstance(error, RecordIsKeptError):
					_keep(row, words_to_keep(error))
				else:
					_mark([row], ITEM_FAILED, error=words_to_keep(error))


def _still_due(run, chunk: list) -> set[str]:
	"""Those that still have what put them into the plan."""
	names = [row.reference_name for row in chunk]
	still_due = _own(run.kind, "still_due")
	if not still_due or chunk[0].action == KEEP:
		return set(names)
	return still_due(run, chunk[0].reference_doctype, chunk[0].action, names)


def _erase(rows: list) -> Exception | None:
	"""Erase all of the rows or none; returns what went wrong."""
	if not rows:
		return None
	names = [row.reference_name for row in rows]
	with transactions.part() as part, belongings.collecting_contents() as contents:
		if rows[0].action == MASK:
			_own(ERASURE_REQUEST, "mask")(rows[0].reference_doctype, names)
		else:
			records.erase(rows[0].reference_doctype, rows[0].action, names)
	if part.error:
		return part.error
	_mark(rows, ITEM_DONE)
	if contents:
		_mark(rows[:1], ITEM_DONE, contents=frappe.as_json(contents, indent=None))
	return None


def _remove_contents(items: dict) -> None:
	"""Remove the content of files whose rows are gone, now that this is committed. They are noted with the items until then, so
	that a run that was killed in between does it when it continues."""
	for item in frappe.get_all(
		ITEM, {**items, "contents": ("is", "set")}, ["name", "contents"], order_by=None
	):
		belongings.remove_contents(frappe.parse_json(item.contents))
		frappe.db.set_value(ITEM, item.name, "contents", None, update_modified=False)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (what is not on the disk any more is not tried again)


def _keep(row, reason: str) -> None:
	_mark([row], ITEM_KEPT, action=KEEP, reason=reason)


def _mark(rows: list, state: str, **values) -> None:
	names = [row.name for row in rows]
	frappe.db.set_value(ITEM, {"name": ("in", names)}, {"state": state, **values}, update_modified=False)


def finish(name: str) -> None:
	"""Certify a run of which nothing is left to do."""
	count_items(name)
	_set(name, status=FINISHED, finished_on=clock.now())
	certificate = certificates.of(frappe.get_doc(RUN, name))
	_set(name, certificate=frappe.as_json(certificate, indent=None))
	ledger.record(ledger.ERASURE, RUN, name, None, reason=certificates.summary(certificate))


def _tell(run) -> None:
	for user in filter(None, {run.planned_by, run.approved_by}):
		frappe.publish_realtime(EVENT, {"run": run.name}, user=user)


def _set(name: str, **values) -> None:
	frappe.db.set_value(RUN, name, values)
