"""Whether what this app needs works on the site, in words for an administrator: the page Health and `client-comms health`.

Each check reads a count or a first row by an index, so that the whole page costs the same on every site.
"""

from collections.abc import Callable
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime, pretty_date
from frappe.utils.background_jobs import generate_qname, get_queue, get_workers
from frappe.utils.scheduler import is_scheduler_disabled
from redis.exceptions import RedisError

from client_comms import clock, health_mail, health_setup, ledger
from client_comms.background_work import FAILED
from client_comms.client_interactions import thanks
from client_comms.client_interactions.clocks.sweep import HELD
from client_comms.communication_governance import matrix
from client_comms.enforcement import answers, closing, source_doctypes
from client_comms.health_formats import RECENT, Line
from client_comms.i18n import words_of
from client_comms.leak_check import findings
from client_comms.ledger import witnesses
from client_comms.ledger.runs import RUN as VERIFICATION
from client_comms.rules import response_clock

SWEEP = "client_comms.scheduled.sweep"
QUEUES = ("short", "default", "long")  # those that this app's jobs are put in
# Jobs run every five minutes; what is three times as late is not going to happen without help.
LATE = timedelta(minutes=15)
# A simulation that failed concerns only the user who started it.
_GIVEN_UP = {"Erasure Run": {}, "Data Package": {}, "Policy Change Run": {"kind": "Reclassification"}}


def check() -> list[Line]:
	return [_safely(*each) for each in CHECKS]


def _safely(key: str, line: Callable[[], Line]) -> Line:
	"""A check that fails is a fault itself, and does not hide the others."""
	try:
		return line()
	except Exception as error:
		frappe.log_error(title=f"Health check failed: {key}")
		return Line(
			key,
			key.capitalize(),
			_("Could not be checked"),
			(_("{0}. See the Error Log.").format(words_of(error)),),
			("List", "Error Log"),
		)


def controls() -> Line:
	"""No other app, and no outdated cache, keeps Frappe from applying this app's controls."""
	found = closing.follow()
	text = _("Disabled: {0}").format(len(found)) if found else _("Frappe applies all of them")
	return Line(
		"controls",
		_("Controls"),
		text,
		tuple(f"{each.message} {each.remedy}" for each in found),
		("Form", "Installed Applications"),
		{"disabled_controls": len(found)},
	)


def scheduler() -> Line:
	"""The scheduler is switched on, runs this app's jobs, and has run one lately."""
	faults = []
	if frappe.conf.maintenance_mode or frappe.conf.pause_scheduler:
		faults.append(
			_(
				"The scheduler is paused in site_config.json (pause_scheduler or maintenance_mode). Run bench scheduler resume."
			)
		)
	if is_scheduler_disabled(verbose=False):
		faults.append(
			_("The scheduler is switched off. Run bench --site {0} enable-scheduler.").format(
				frappe.local.site
			)
		)
	jobs = frappe.get_all(
		"Scheduled Job Type",
		{"method": ("like", "client_comms.%")},
		["method", "stopped", "last_execution", "creation"],
		order_by="method asc",
	)
	faults += [
		_("The job {0} is stopped. Clear Stopped in its Scheduled Job Type.").format(job.method)
		for job in jobs
		if job.stopped
	]
	sweep = next((job for job in jobs if job.method == SWEEP), None)
	if not sweep:
		faults.append(_("The jobs of this app are not in the scheduler. Run bench migrate."))
		return _scheduler_line(_("Never ran"), faults)
	last = get_datetime(sweep.last_execution or sweep.creation)
	if not faults and _is_late(last, LATE):
		faults.append(
			_(
				"Deadlines were last checked {0}. Start the scheduler process (bench start, or supervisor)."
			).format(pretty_date(last))
		)
	text = (
		_("Deadlines were last checked {0}").format(pretty_date(last))
		if sweep.last_execution
		else _("Never ran")
	)
	return _scheduler_line(text, faults, {"seconds_since_last_run": _seconds_since(last)})


def _scheduler_line(text: str, faults: list[str], figures: dict | None = None) -> Line:
	return Line(
		"scheduler", _("Scheduler"), text, tuple(faults), ("List", "Scheduled Job Type"), figures or {}
	)


def workers() -> Line:
	"""Workers listen to the queues in which this app's jobs are put, and take the jobs."""
	try:
		listening = [set(worker.queue_names()) for worker in get_workers()]
		waiting = sum(get_queue(queue).count for queue in QUEUES)
	except RedisError as error:
		fault = _("Redis does not answer: {0}. Start it (bench start, or supervisor).").format(error)
		return Line("workers", _("Background Workers"), _("Unknown"), (fault,), ("List", "RQ Worker"))
	unserved = [q for q in QUEUES if not any(generate_qname(q) in names for names in listening)]
	faults = tuple(
		_("No worker takes jobs of the queue {0}. Start one: bench worker --queue {0}.").format(queue)
		for queue in unserved
	)
	taking = sum(bool({generate_qname(q) for q in QUEUES} & names) for names in listening)
	return Line(
		"workers",
		_("Background Workers"),
		_("Workers: {0}; waiting jobs: {1}").format(taking, waiting),
		faults,
		("List", "RQ Worker"),
		{"workers": taking, "waiting_jobs": waiting},
	)


def deadlines() -> Line:
	"""The sweep keeps up: nothing that is due has been waiting for long (C-3, C-4)."""
	due = {"next_check_at": ("<", clock.now())}
	count = frappe.db.count("Client Interaction", due)
	first = count and frappe.db.get_value(
		"Client Interaction", due, "next_check_at", order_by="next_check_at asc"
	)
	seconds = _seconds_since(first) if first else 0
	faults = []
	if held := frappe.db.count("Client Interaction", {"next_check_at": HELD}):
		faults.append(
			_(
				"Interactions whose deadlines are not watched: {0}, because a backfill that logged them has not finished. If none is running, run it again: bench --site {1} client-comms backfill"
			).format(held, frappe.local.site)
		)
	if first and _is_late(first, LATE):
		faults.append(
			_(
				"Deadlines that passed {0} have not been handled: no one was told of them. The scheduler or its workers do not run, or the sweep fails: see Scheduler above and the Error Log."
			).format(pretty_date(first))
		)
	return Line(
		"deadlines",
		_("Deadlines"),
		_("Due and not yet handled: {0}").format(count),
		tuple(faults),
		("List", "Client Interaction"),
		{"due_interactions": count, "seconds_late": seconds},
	)


def intake() -> Line:
	"""Everything that arrived was logged, and what other apps register is (D-1)."""
	count = frappe.db.count("Intake Failure")
	text = _("Not logged: {0}").format(count) if count else _("Everything that arrived was logged")
	text, figures = thanks.with_counts(text)
	faults = source_doctypes.faults()
	if count:
		told = _("Documents that arrived and could not be logged: {0}. Open each for the reason.")
		faults = [told.format(count), *faults]
	return Line(
		"intake",
		_("Logging"),
		text,
		tuple(faults),
		("List", "Intake Failure"),
		{"unlogged_documents": count, **figures},
	)


def owners() -> Line:
	"""Every open interaction has an owner who can log in (F-2)."""
	disabled = frappe.get_all("User", {"enabled": 0}, pluck="name", order_by=None)
	is_open = {"status": ("!=", response_clock.STATUS_CLOSED)}
	interaction = "Client Interaction"
	without = frappe.db.count(interaction, {**is_open, "responsible_staff": ("is", "not set")})
	left = frappe.db.count(interaction, {**is_open, "responsible_staff": ("in", disabled)}) if disabled else 0
	faults = []
	if without:
		told = _(
			"Open interactions without responsible staff: {0}. Give someone the manager role of the settings and a clearance for their level; the next daily run assigns them."
		)
		faults.append(told.format(without))
	if left:
		told = _(
			"Open interactions of disabled users: {0}. No one has clearance to take them over: give someone the manager role of the settings and a clearance for their level; the next daily run reassigns them."
		)
		faults.append(told.format(left))
	return Line(
		"owners",
		_("Responsible Staff"),
		_("Open without an owner: {0}").format(without + left),
		tuple(faults),
		("List", interaction),
		{"interactions_without_owner": without + left},
	)


def matrix_in_force() -> Line:
	"""Every company has a matrix version in force; without one nothing can be logged (M-1)."""
	by_company = matrix.in_force_by_company(clock.now())
	without = [company for company, version in by_company.items() if company and not version]
	return Line(
		"matrix",
		_("Communication Matrix"),
		_("Companies without a version in force: {0}").format(len(without))
		if without
		else _("In force for every company"),
		tuple(
			_("No version is in force for {0}, so nothing can be logged there. Submit one.").format(company)
			for company in without
		),
		("List", "Communication Matrix"),
		{"companies_without_matrix": len(without)},
	)


def ledger_tree() -> Line:
	"""Entries of the ledger are signed soon after they are written, with a key that is known, and reach their witnesses (P-2, R-3)."""
	found, late = ledger.waiting(), witnesses.undelivered()
	faults = [
		_("Checkpoints that have not reached the witness {0}: {1}. {2}").format(name, count, error)
		for name, count, error in late
	]
	if found.oldest and _is_late(found.oldest, ledger.BEHIND):
		faults.append(
			_(
				"Entries have been waiting since {0}: until they are signed, a change of them would not be noticed. The scheduler does not run."
			).format(pretty_date(found.oldest))
		)
	if not ledger.is_last_signature_known():
		faults.append(
			_(
				"The last checkpoint was signed with a key that is not on this server. Restore the key from its backup; otherwise verification fails from here on."
			)
		)
	kept = frappe.db.count(witnesses.WITNESS, {"enabled": 1})
	return Line(
		"ledger",
		_("Compliance Ledger"),
		_("Waiting to be signed: {0}; witnesses outside of the site: {1}").format(found.count, kept),
		tuple(faults),
		("List", witnesses.WITNESS) if late else ("List", "Compliance Ledger Entry"),
		{
			"unchained_entries": found.count,
			"seconds_unchained": _seconds_since(found.oldest) if found.oldest else 0,
			"undelivered_checkpoints": sum(count for _name, count, _error in late),
		},
	)


def leak_check() -> Line:
	"""The last leak check of each user found nothing open."""
	runs = findings.latest()
	if not runs:
		return Line(
			"leak_check",
			_("Leak Check"),
			_("Never ran"),
			route=("leak-check",),
			next_step=_(
				"Open Leak Check, choose a user, best one of each role, and start: it shows whether they can reach confidential records."
			),
		)
	found = [run for run in runs if run.open_count]
	fault = _("Ways to confidential records that the last check, of {0}, found: {1}")
	return Line(
		"leak_check",
		_("Leak Check"),
		_("Last checked {0}").format(pretty_date(runs[0].finished_on)),
		tuple(fault.format(run.user, run.open_count) for run in found),
		("leak-check", (found or runs)[0].name),
		{"open_surfaces": sum(run.open_count for run in found)},
	)


def background_work() -> Line:
	"""No erasure, copy of data, reclassification or verification was given up after it had failed (M-1, P-2, R-3)."""
	counts = {each: frappe.db.count(each, {"status": FAILED, **which}) for each, which in _GIVEN_UP.items()}
	counts[VERIFICATION] = _failed_verifications()
	failed, total = [each for each in counts if counts[each]], sum(counts.values())
	fault = _("{0}, failed: {1}. Open each for its error, and start it again there.")
	return Line(
		"background_work",
		_("Erasures and Copies of Data"),
		_("Failed: {0}").format(total),
		tuple(fault.format(_(each), counts[each]) for each in failed),
		("List", (failed or list(counts))[0]),
		{"failed_background_work": total},
	)


def _failed_verifications() -> int:
	"""Those after the last one that has finished: another one can be started instead of continuing one that failed."""
	last = frappe.db.get_value(VERIFICATION, {"status": "Finished"}, "creation", order_by="creation desc")
	return frappe.db.count(VERIFICATION, {"status": FAILED, **({"creation": (">", last)} if last else {})})


def withheld_answers() -> Line:
	"""No method has lately answered with a record that its user cannot read."""
	recent = {"at": (">=", clock.now() - RECENT), "action": ledger.REFUSAL, "rule": answers.WITHHELD}
	found = frappe.get_all(ledger.ENTRY, recent, pluck="reason", order_by="at desc", limit=100)
	fault = _(
		"In the last 7 days, answers with records that the user cannot read: {0}. They came from {1}. Report this to the makers of the app that has the method; the Error Log has the details."
	).format(len(found), ", ".join(sorted(set(found))))
	text = _("Answers withheld: {0}").format(len(found)) if found else _("None was withheld")
	route = ("List", "Error Log")
	return Line(
		"answers", _("Answers"), text, (fault,) if found else (), route, {"withheld_answers": len(found)}
	)


CHECKS: tuple[tuple[str, Callable[[], Line]], ...] = (
	("controls", controls),
	("scheduler", scheduler),
	("workers", workers),
	*health_mail.CHECKS,
	*health_setup.CHECKS,
	("deadlines", deadlines),
	("intake", intake),
	("owners", owners),
	("matrix", matrix_in_force),
	("ledger", ledger_tree),
	("leak_check", leak_check),
	("background_work", background_work),
	("answers", withheld_answers),
)


def _is_late(moment, allowed: timedelta) -> bool:
	return clock.now() - get_datetime(moment) > allowed


def _seconds_since(moment) -> int:
	return max(0, int((clock.now() - get_datetime(moment)).total_seconds()))
