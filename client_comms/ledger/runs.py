"""Verifies a long ledger in the background: with progress, and from where it stopped if it was interrupted (R-3)."""

import time

import frappe
from frappe import _
from frappe.utils import cint

from client_comms import clock
from client_comms.exceptions import ActionNotPossibleError
from client_comms.ledger import comparison, verification
from client_comms.rules import ledger as rules

RUN = "Ledger Verification"
QUEUED, RUNNING, FINISHED, FAILED = "Queued", "Running", "Finished", "Failed"
_SECONDS = 240  # of one job; the next one goes on
_LONGEST_ERROR = 500


def start(since=None, until=None) -> str:
	"""Put a verification in the queue; returns its name. See `verification.verify` for the range."""
	_start, last = verification.bounds(since, until)
	doc = frappe.new_doc(RUN)
	doc.update(
		{
			"status": QUEUED,
			"since": since,
			"until": until,
			"started_by": frappe.session.user,
			"started_on": clock.now(),
			"verified_up_to": _start.size,
			"last_entry": last or verification.last_sequence(),
			"faults": "[]",
		}
	)
	doc.db_insert()
	_enqueue(doc.name)
	return doc.name


def resume(name: str) -> None:
	"""Go on with one that failed or whose worker was killed.

	:raises ActionNotPossibleError: it has finished
	"""
	if frappe.db.get_value(RUN, name, "status") == FINISHED:
		frappe.throw(
			_("This verification has finished. Start another one."),
			exc=ActionNotPossibleError,
			title=_("Already Finished"),
		)
	frappe.db.set_value(RUN, name, {"status": QUEUED, "error": None})
	_enqueue(name)


def _enqueue(name: str) -> None:
	frappe.enqueue(
		run,
		queue="long",
		timeout=2 * _SECONDS,
		enqueue_after_commit=True,
		job_id=f"client_comms_ledger_verification:{name}",
		name=name,
	)


def run(name: str) -> None:
	"""The job: each part is kept as soon as it is verified. Repeatable."""
	doc = frappe.get_doc(RUN, name)
	if doc.status == FINISHED:
		return
	try:
		is_finished = _go_on(doc)
	except Exception as error:
		frappe.db.rollback()
		_keep(doc, status=FAILED, error=(str(error) or type(error).__name__)[:_LONGEST_ERROR])
		raise
	if not is_finished:
		_enqueue(name)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job of its own; the next one goes on)


def _go_on(doc) -> bool:
	"""Whether the end was reached within the time of a job."""
	ends = time.monotonic() + _SECONDS
	faults = frappe.parse_json(doc.faults or "[]")
	at = verification.trusted_at(cint(doc.verified_up_to)) or rules.BEGINNING
	if at is rules.BEGINNING:  # also if its checkpoint is gone
		faults, doc.checked = [], 0
	last = verification.bounds(None, doc.until)[1]
	for part in verification.parts(at, last):
		faults += part.faults
		end = part.end.size if part.end else part.at
		doc.checked = cint(doc.checked) + part.checked
		if part.end is None:
			faults += [] if doc.since or doc.until else comparison.unrecorded()
			_keep(doc, faults, status=FINISHED, verified_up_to=end, last_entry=end, finished_on=clock.now())
			return True
		_keep(doc, faults, status=RUNNING, verified_up_to=end)
		if time.monotonic() > ends:
			return False
	return True


def _keep(doc, faults: list[dict] | None = None, **values) -> None:
	if faults is not None:
		values.update(
			checked=doc.checked, fault_count=len(faults), faults=frappe.as_json(faults, indent=None)
		)
	frappe.db.set_value(RUN, doc.name, values)
	# nosemgrep: frappe-manual-commit (a job of its own; a killed one loses at most this part)
	frappe.db.commit()
