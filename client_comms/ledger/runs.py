"""Verifies a long ledger in the background: with progress, and from where it stopped if it was interrupted (R-3)."""

import time

import frappe
from frappe import _
from frappe.utils import cint

from client_comms import clock, transactions
from client_comms.background_work import BackgroundWork
from client_comms.exceptions import ActionNotPossibleError
from client_comms.ledger import comparison, verification
from client_comms.rules import ledger as rules

RUN = "Ledger Verification"
QUEUED, RUNNING, FINISHED = "Queued", "Running", "Finished"
_SECONDS = 240  # of one job; the next one goes on
MOST_FAULTS = 1000  # that are kept
_NOTHING_YET = ":"  # of the documents
_WORK = BackgroundWork(
	RUN,
	job="client_comms.ledger.runs.run",
	event="client_comms_ledger_verification",
	unfinished={"status": ("in", (QUEUED, RUNNING))},
	timeout=2 * _SECONDS,
)


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
	_WORK.enqueue(doc.name)
	return doc.name


def resume(name: str) -> None:
	"""Continue one that failed or whose worker was killed.

	:raises ActionNotPossibleError: it has finished, or is still running
	"""
	transactions.lock(RUN, name)
	if frappe.db.get_value(RUN, name, "status", for_update=True) == FINISHED:
		frappe.throw(
			_("This verification has finished. Start another one."),
			exc=ActionNotPossibleError,
			title=_("Already Finished"),
		)
	if _WORK.is_going_on(name):
		frappe.throw(
			_("This verification is still running. The page shows how far it has come."),
			exc=ActionNotPossibleError,
			title=_("Not Interrupted"),
		)
	_WORK.again(name, QUEUED)


def continue_verifications() -> None:
	"""Every hour: continue those whose worker was killed, or whose job was lost with the queue."""
	_WORK.continue_all()


def run(name_of_run: str) -> None:
	"""The job: each part is kept as soon as it is verified. Repeatable; of two at once, the second does nothing."""
	_WORK.carry_out(name_of_run, _run)


def _run(name: str) -> None:
	doc = frappe.get_doc(RUN, name)
	if doc.status not in (QUEUED, RUNNING):
		return
	doc.flags.came_to = cint(doc.verified_up_to)
	ends = time.monotonic() + _SECONDS
	if not (_verify_entries(doc, ends) and _verify_documents(doc, ends)):
		_WORK.enqueue(name, also_from_its_job=True)


def _verify_entries(doc, ends: float) -> bool:
	"""Whether the end was reached within the time of a job."""
	if doc.compared_up_to:
		return True
	at = verification.trusted_at(cint(doc.verified_up_to)) or rules.BEGINNING
	if at is rules.BEGINNING:  # also if its checkpoint is gone
		doc.update({"faults": "[]", "fault_count": 0, "checked": 0})
	last = verification.bounds(None, doc.until)[1]
	for part in verification.parts(at, last):
		_add(doc, part.faults)
		doc.checked = cint(doc.checked) + part.checked
		if part.end is None:
			end = part.at
			_keep(doc, status=RUNNING, verified_up_to=end, last_entry=end, compared_up_to=_NOTHING_YET)
			break
		_keep(doc, status=RUNNING, verified_up_to=part.end.size)
		if time.monotonic() > ends:
			return False
	return True


def _verify_documents(doc, ends: float) -> bool:
	"""The same, for the documents that the ledger does not know; a period is one of entries only."""
	if not (doc.since or doc.until):
		for at, found in comparison.unrecorded(doc.compared_up_to):
			_add(doc, found)
			_keep(doc, compared_up_to=at)
			if time.monotonic() > ends:
				return False
	_keep(doc, status=FINISHED, finished_on=clock.now(), error=None)
	return True


def _add(doc, found: list[dict]) -> None:
	"""All faults are counted; the first ones are kept, and `verify-ledger` tells all of them."""
	kept = frappe.parse_json(doc.faults or "[]")
	doc.fault_count = cint(doc.fault_count) + len(found)
	doc.faults = frappe.as_json(kept + found[: max(0, MOST_FAULTS - len(kept))], indent=None)


def _keep(doc, **values) -> None:
	doc.update(values)
	values.update({field: doc.get(field) for field in ("checked", "fault_count", "faults")})
	# One that had to begin again has to come further than before.
	if doc.compared_up_to or cint(doc.verified_up_to) > doc.flags.came_to:
		values["attempts"] = 0
	frappe.db.set_value(RUN, doc.name, values)
	# nosemgrep: frappe-manual-commit (a job of its own; a killed one loses at most this part)
	frappe.db.commit()
