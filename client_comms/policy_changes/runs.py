"""Runs that go through many interactions: a simulation, or the reclassification of open interactions (M-1).

A run goes through the interactions by name, in chunks. What a chunk did, what was counted, and the name at which it ended
are committed together, so a killed run continues where it ended, and nothing is done or counted twice.
"""

import json
from collections.abc import Callable, Mapping

import frappe
from frappe import _
from frappe.utils import getdate

from client_comms import clock, transactions
from client_comms.background_work import FAILED, BackgroundWork
from client_comms.communication_governance import matrix
from client_comms.exceptions import ActionNotPossibleError
from client_comms.filters import one_of
from client_comms.i18n import words_to_keep
from client_comms.policy_changes import changes, reclassification, results, states
from client_comms.policy_changes.changes import Change
from client_comms.rules import response_clock
from client_comms.rules.change_tally import Tally

RUN = "Policy Change Run"
SIMULATION, RECLASSIFICATION = "Simulation", "Reclassification"
QUEUED, RUNNING, FINISHED, CANCELLED = "Queued", "Running", "Finished", "Cancelled"
UNFINISHED = (QUEUED, RUNNING)
EVENT = "client_comms_policy_change"
CHUNK = {SIMULATION: 500, RECLASSIFICATION: 50}
AT_ONCE = 500  # interactions that a request simulates itself
_WORK = BackgroundWork(
	RUN,
	job="client_comms.policy_changes.runs.work",
	event=EVENT,
	unfinished={"status": ("in", UNFINISHED)},
	timeout=60 * 60,
)


def simulate(
	doctype: str, name: str | None, draft: Mapping | None = None, *, since=None, open_only: bool = False
) -> str:
	"""Simulate a change on the interactions that exist, at once if they are few, else in the background.

	:param draft: the document as it is in a form
	:param since: only interactions that occurred on or after this day
	:returns: the name of the Policy Change Run
	"""
	run = prepare(SIMULATION, doctype, name, draft, since=since, open_only=open_only)
	if run.total <= AT_ONCE:
		# nosemgrep: frappe-manual-commit (a run that fails stays, with its error)
		frappe.db.commit()
		work(run.name)
	else:
		enqueue(run.name)
	return run.name


def prepare(
	kind: str, doctype: str, name: str | None, draft: Mapping | None = None, *, since=None, open_only=False
):
	"""A new run that has not begun."""
	change = changes.of_doc(doctype, name, draft)
	run = frappe.get_doc(
		{
			"doctype": RUN,
			"kind": kind,
			"reference_doctype": doctype,
			"reference_name": name,
			"draft": json.dumps(draft, default=str) if draft else None,
			"since": getdate(since) if since else None,
			"open_only": int(open_only),
			"status": QUEUED,
			"started_by": frappe.session.user,
			"started_on": clock.now(),
		}
	)
	run.total = frappe.db.count(states.INTERACTION, scope(run, change))
	run.flags.by_the_app = True
	run.flags.ignore_links = True  # a level that is not saved yet
	return run.insert(ignore_permissions=True)


def work(name_of_run: str, progress: Callable[[int], object] | None = None) -> None:
	"""The job: go through the interactions, and store the result. A run that is not unfinished is ignored.

	:param progress: called after each chunk with the number of interactions done so far
	"""
	while (run := _next(name_of_run)) is not None:
		try:
			_chunk(run)
		except Exception as error:
			frappe.db.rollback()
			if isinstance(error, frappe.QueryDeadlockError) or transactions.is_end_of_job(error):
				return  # the scheduler continues it
			frappe.log_error(
				f"{run.kind} of {run.reference_name}", reference_doctype=RUN, reference_name=run.name
			)
			_WORK.fail(run.name, words_to_keep(error))
		# nosemgrep: frappe-manual-commit (a job; what a chunk did and where it ended belong together)
		frappe.db.commit()
		_tell(name_of_run)
		if progress:
			progress(frappe.db.get_value(RUN, name_of_run, "done"))


def _next(name: str):
	"""The run, locked against another worker; None if it is done or was cancelled, also because its version was replaced."""
	if not frappe.db.get_value(RUN, name, "name", for_update=True):
		return None
	run = frappe.get_doc(RUN, name)
	if run.status not in UNFINISHED:
		return None
	if run.kind == RECLASSIFICATION and run.reference_name not in matrix.in_force_everywhere(clock.now()):
		why = _("{0} is no longer the version in force.").format(run.reference_name)
		_set(name, status=CANCELLED, finished_on=clock.now(), error=why)
		# nosemgrep: frappe-manual-commit (the job ends here; those who wait for it see why)
		frappe.db.commit()
		_tell(name)
		return None
	return run


def _chunk(run) -> None:
	change = changes.of_doc(
		run.reference_doctype,
		run.reference_name,
		json.loads(run.draft) if run.draft else None,
		user=run.started_by,
	)
	tally = Tally.from_data(json.loads(run.tally or "{}"))
	size = CHUNK[run.kind]
	again, among = json.loads(run.to_retry or "[]"), scope(run, change)
	if again:
		rows = states.load({**among, "name": ("in", again[:size])})
	else:
		rows = states.load(among, run.last_name or "", size)
	failed: list[str] = []
	if run.kind == SIMULATION:
		for row in rows:
			states.count(tally, row, change, run.started_on)
	else:
		failed = reclassification.apply(tally, rows, change)
	values = {
		"status": RUNNING,
		"attempts": 0,
		"done": run.done + (len(again[:size]) or len(rows)),
		"failed": run.failed + len(failed),
		"failed_names": json.dumps([*json.loads(run.failed_names or "[]"), *failed]),
		"to_retry": json.dumps(again[size:]),
		"last_name": rows[-1].name if rows and not again else run.last_name,
		"tally": json.dumps(tally.as_data()),
	}
	if not again[size:] if again else len(rows) < size:
		values |= {
			"status": FINISHED,
			"finished_on": clock.now(),
			"result": json.dumps(results.of(tally, change, simulated=run.kind == SIMULATION)),
		}
	_set(run.name, **values)
	if values["status"] == FINISHED and run.kind == RECLASSIFICATION:
		reclassification.finish()


def scope(run, change: Change) -> dict:
	"""Filters of the interactions that the run goes through."""
	filters = {}
	if change.companies is not None:
		filters["company"] = one_of(change.companies)
	if run.since:
		filters["occurred_on"] = (">=", run.since)
	if run.open_only:
		filters["status"] = ("!=", response_clock.STATUS_CLOSED)
	return filters


def cancel(name: str) -> None:
	"""Stop a run after the chunk on which it is working; what it has already changed stays.

	:raises ActionNotPossibleError: it has ended
	"""
	_require(name, UNFINISHED, _("It has already ended."))
	_set(name, status=CANCELLED, finished_on=clock.now())


def resume(name: str) -> None:
	"""Continue a run that was cancelled or failed, where it ended.

	:raises ActionNotPossibleError: it is running or has finished
	"""
	_require(name, (CANCELLED, FAILED), _("Only a run that was cancelled or failed can be continued."))
	_WORK.again(name, QUEUED)


def retry(name: str) -> None:
	"""Try those interactions again that a finished run could not change. What was closed meanwhile keeps its version, as all that
	is closed, and what was merged is gone.

	:raises ActionNotPossibleError: the run has not finished, has changed everything, or its version is no longer in force
	"""
	_require(name, (FINISHED,), _("Only what a finished run could not change is tried again."))
	run = frappe.get_doc(RUN, name)
	names = json.loads(run.failed_names or "null") or (_left_behind(run) if run.failed else [])
	why = None
	if not names:
		why = _("There are no interactions that could not be changed.")
	elif run.reference_name not in matrix.in_force_everywhere(clock.now()):
		why = _("{0} is no longer the version in force.").format(run.reference_name)
	if why:
		frappe.throw(why, exc=ActionNotPossibleError, title=_("Not Possible Now"))
	_set(name, done=run.done - run.failed, failed=0, failed_names="[]", to_retry=json.dumps(names))
	_WORK.again(name, QUEUED)


def _left_behind(run) -> list[str]:
	"""What a run of version 1.0.0, which kept no names, could not change: what was open then and is under another version. Its
	result counts them as unchanged already, so of these the numbers before stay beside those of the second try."""
	change = changes.of_matrix(frappe.get_doc(changes.MATRIX, run.reference_name))
	among = {
		**scope(run, change),
		"matrix": ("!=", run.reference_name),
		"communication_type": ("in", list(change.version.levels)),
		"creation": ("<=", run.finished_on),
	}
	names = frappe.get_all(states.INTERACTION, among, pluck="name", order_by="name asc")
	events = {"parenttype": states.INTERACTION, "event": response_clock.REOPENED, "at": (">", run.started_on)}
	reopened = set(frappe.get_all("Interaction Event", events, pluck="parent", distinct=True))
	return [name for name in names if name not in reopened]


def _require(name: str, statuses, why: str) -> None:
	transactions.lock(RUN, name)  # its worker changes it with each chunk
	if frappe.db.get_value(RUN, name, "status", for_update=True) not in statuses:
		frappe.throw(why, exc=ActionNotPossibleError, title=_("Not Possible Now"))


def continue_abandoned() -> None:
	"""Queue runs again whose job was killed or lost. Called by the scheduler."""
	_WORK.continue_all()


def enqueue(name: str) -> None:
	"""Queue the job of a run."""
	_WORK.enqueue(name)


def _set(name: str, **values) -> None:
	frappe.db.set_value(RUN, name, values)


def _tell(name: str) -> None:
	run = frappe.db.get_value(RUN, name, ["started_by", "status", "done", "total"], as_dict=True)
	frappe.publish_realtime(
		EVENT, {"run": name, "status": run.status, "done": run.done, "total": run.total}, user=run.started_by
	)
