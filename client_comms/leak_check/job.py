"""Runs a check in the background and stores its result as a Leak Check Run, as evidence (R-3)."""

import json

import frappe
from frappe import _
from frappe.utils import get_url
from frappe.utils.background_jobs import is_job_enqueued
from frappe.utils.file_lock import LockTimeoutError

from client_comms import clock
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold, words_to_keep
from client_comms.leak_check import run as checks

RUN = "Leak Check Run"
QUEUED, RUNNING, FINISHED, FAILED, CANCELLED = "Queued", "Running", "Finished", "Failed", "Cancelled"
EVENT = "client_comms_leak_check"
_TIMEOUT = 60 * 60  # seconds
# A new run does not count as abandoned before its job can have been queued.
_QUEUEING = 60  # seconds


class _Cancelled(Exception):
	"""Someone cancelled the run."""


def start(user: str, over_http: bool = True) -> str:
	"""Queue a check of what `user` can see, and return the name of its Leak Check Run.

	:param over_http: send requests to the site's own address, as a browser does; otherwise run inside the worker
	:raises frappe.DoesNotExistError: the user does not exist or is disabled
	:raises ActionNotPossibleError: another check is running
	"""
	if not frappe.db.get_value("User", user, "enabled"):
		frappe.throw(
			_(
				"User {0} does not exist or is disabled. Choose one of those whom the field offers, or enable the user first."
			).format(bold(user)),
			exc=frappe.DoesNotExistError,
			title=_("User Cannot Be Checked"),
		)
	fail_abandoned()
	if going := frappe.db.get_value(RUN, {"status": ("in", (QUEUED, RUNNING))}, "user", for_update=True):
		frappe.throw(
			_("A check for {0} is already running. Wait until it has finished.").format(bold(going)),
			exc=ActionNotPossibleError,
			title=_("One Check at a Time"),
		)
	doc = frappe.get_doc(
		{
			"doctype": RUN,
			"user": user,
			"started_by": frappe.session.user,
			"started_on": clock.now(),
			"address": get_url(allow_header_override=False) if over_http else None,
			"status": QUEUED,
		}
	)
	doc.flags.by_the_app = True
	doc.insert(ignore_permissions=True)
	frappe.enqueue(
		"client_comms.leak_check.job.work",
		queue="long",
		timeout=_TIMEOUT,
		job_id=job_id(doc.name),
		enqueue_after_commit=True,
		name_of_run=doc.name,
	)
	return doc.name


def work(name_of_run: str) -> None:
	"""The job: check, report progress, store the result. A deleted or finished run is ignored."""
	run = frappe.db.get_value(
		RUN, name_of_run, ["name", "user", "address", "started_by", "status"], as_dict=True
	)
	if not run or run.status != QUEUED:
		return
	_keep(run.name, status=RUNNING, started_on=clock.now())
	try:
		found = checks.check(run.user, run.address, progress=lambda *steps: _tell(run, *steps))
	except _Cancelled:
		frappe.db.rollback()
		_keep(run.name, status=CANCELLED, finished_on=clock.now())
	except Exception as error:
		frappe.db.rollback()
		frappe.log_error(f"Leak check of {run.user}", reference_doctype=RUN, reference_name=run.name)
		_keep(run.name, status=FAILED, finished_on=clock.now(), error=_words(error))
	else:
		results = [each["result"] for each in found["findings"]]
		_keep(
			run.name,
			status=FINISHED,
			finished_on=clock.now(),
			surface_count=len({each["surface"] for each in found["findings"]}),
			open_count=found["open"],
			unchecked_count=results.count(checks.UNCHECKED),
			result=json.dumps(found),
		)
	frappe.cache.delete_value([_progress_key(run.name), _cancel_key(run.name)])
	frappe.publish_realtime(EVENT, {"run": run.name}, user=run.started_by)


def cancel(name: str) -> None:
	"""End a run: at once while it waits for a worker, otherwise at its next step. One that has ended stays as it is."""
	if frappe.db.get_value(RUN, name, "status", for_update=True) == QUEUED:
		_set(name, status=CANCELLED, finished_on=clock.now())
	frappe.cache.set_value(_cancel_key(name), 1, expires_in_sec=_TIMEOUT)


def progress(name: str) -> dict:
	"""The progress of a run: `{"done", "total"}` steps; empty if unknown."""
	return frappe.cache.get_value(_progress_key(name)) or {}


def fail_abandoned() -> None:
	"""Mark runs as failed whose job no longer exists, because the worker was stopped or the queue was lost."""
	for run in frappe.get_all(RUN, {"status": ("in", (QUEUED, RUNNING))}, ["name", "started_on"]):
		if (clock.now() - run.started_on).total_seconds() < _QUEUEING:
			continue
		if not is_job_enqueued(job_id(run.name)):
			_set(
				run.name,
				status=FAILED,
				finished_on=clock.now(),
				error=_("The background job ended without a result. Start the check again."),
			)


def job_id(name: str) -> str:
	return f"{EVENT}:{name}"


def _tell(run, done: int, total: int) -> None:
	if frappe.cache.get_value(_cancel_key(run.name)):
		raise _Cancelled
	steps = {"done": done, "total": total}
	frappe.cache.set_value(_progress_key(run.name), steps, expires_in_sec=_TIMEOUT)
	frappe.publish_realtime(EVENT, {"run": run.name, **steps}, user=run.started_by)


def _words(error: Exception) -> str:
	if isinstance(error, LockTimeoutError):
		return _("Another check was running, perhaps from the command line. Start this one again.")
	return words_to_keep(error)


def _keep(name: str, **values) -> None:
	_set(name, **values)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job; those who wait for it see how it stands)


def _set(name: str, **values) -> None:
	frappe.db.set_value(RUN, name, values)


def _progress_key(name: str) -> str:
	return f"{EVENT}:{name}"


def _cancel_key(name: str) -> str:
	return f"{EVENT}:cancel:{name}"
