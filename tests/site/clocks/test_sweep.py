"""Missed deadlines are found without anyone opening a record, once, whatever happens to the sweep (C-3, C-4, R-2)."""

import os
import signal
import subprocess
import sys
import time

import frappe
import pytest

from client_comms import api, clock, document
from client_comms.client_interactions.clocks import sweep

pytestmark = pytest.mark.clause("C-3", "C-4", "R-2")

INTERACTION = "Client Interaction"
METHOD = "client_comms.scheduled.sweep"
ROOT = sweep.__file__.rsplit("/client_comms/", 1)[0]
AFTER_BOTH = "2026-11-25 17:00:01"


@pytest.fixture
def people(make_user):
	return {
		"responsible": make_user("Frontline Staff"),
		"managers": {make_user("Customer Support Manager"), make_user("Customer Support Manager")},
		"bystander": make_user("Frontline Staff"),
	}


@pytest.fixture(autouse=True)
def told_at_once(request, set_settings):
	"""Who is notified of a missed deadline, and nothing before or after it; for escalation see test_escalation.py."""
	if request.node.get_closest_marker("committed"):
		return
	steps = [
		{"clock": "All", "to": "Responsible Staff", "notification": 1, "todo": 1},
		{"clock": "All", "to": "Role", "role": "Customer Support Manager", "notification": 1},
	]
	set_settings(warning_share=0, quiet_from=None, quiet_until=None, escalation_steps=steps)


@pytest.fixture
def case(inquiry, people, set_calendar):
	"""An inquiry to acknowledge by Tuesday 2026-11-24, to answer by Wednesday, 17:00."""
	set_calendar(["09:00-17:00"])
	return inquiry(responsible_staff=people["responsible"]).name


@pytest.fixture
def next_check_at(clock_at, as_user, site):
	"""`next_check_at("2026-11-25 17:05")` runs the sweep at that moment as the scheduler does, without a
	logged-in user."""

	def run(moment):
		with clock_at(moment), as_user("Administrator"):
			return sweep.run()

	return run


def breaches(name):
	return frappe.get_all(
		"Interaction Event", {"parent": name, "event": "Breached"}, ["note", "at"], order_by="idx asc"
	)


def told(name):
	"""The notifications about deadlines; that it is theirs has been told when it was logged."""
	about = {"document_name": name, "subject": ("like", "%overdue%")}
	return frappe.get_all("Notification Log", about, ["for_user", "subject"])


def notified(name):
	return sorted(row.for_user for row in told(name))


def todos(name):
	return frappe.get_all("ToDo", {"reference_name": name, "status": "Open"}, pluck="allocated_to")


# --- what is found ------------------------------------------------------------------------------


def test_the_scheduler_runs_the_sweep():
	assert METHOD in frappe.get_hooks("scheduler_events")["cron"]["*/5 * * * *"]
	job = frappe.get_doc("Scheduled Job Type", {"method": METHOD})
	assert (job.cron_format, job.stopped) == ("*/5 * * * *", 0)


def test_a_missed_deadline_is_marked_once_and_told_once_each(case, people, next_check_at):
	assert next_check_at("2026-11-24 17:05") == 1
	(breach,) = breaches(case)
	assert breach.note == "acknowledge 2026-11-24 17:00:00" and str(breach.at) == "2026-11-24 17:05:00"
	assert notified(case) == sorted({people["responsible"], *people["managers"]})
	assert todos(case) == [people["responsible"]]
	doc = frappe.get_doc(INTERACTION, case)
	assert (doc.breached, doc.acknowledge_status, doc.respond_status) == (1, "Breached", "Running")

	assert next_check_at("2026-11-24 17:10") == 0
	assert len(breaches(case)) == 1 and len(notified(case)) == 3


def test_each_deadline_is_marked_for_itself(case, next_check_at):
	next_check_at("2026-11-24 17:05")
	assert next_check_at(AFTER_BOTH) == 1
	assert [row.note for row in breaches(case)] == [
		"acknowledge 2026-11-24 17:00:00",
		"respond 2026-11-25 17:00:00",
	]
	assert len(notified(case)) == 6 and len(todos(case)) == 1, "one reminder that is renewed"
	assert frappe.db.get_value(INTERACTION, case, "next_check_at") is None


def test_the_reminder_ends_with_the_answer(case, clock_at, next_check_at):
	next_check_at(AFTER_BOTH)
	assert len(todos(case)) == 1
	with clock_at("2026-11-25 18:00"):
		api.answer(case)
	assert not todos(case)


def test_the_reminder_ends_for_whom_the_interaction_is_taken_from(case, make_user, clock_at, next_check_at):
	next_check_at("2026-11-24 17:05")
	other = make_user("Frontline Staff")
	with clock_at("2026-11-24 18:00"):
		doc = frappe.get_doc(INTERACTION, case)
		doc.responsible_staff = other
		doc.save()
	assert not todos(case)
	next_check_at(AFTER_BOTH)
	assert todos(case) == [other]


@pytest.mark.parametrize(
	("moment", "found"),
	[("2026-11-24 16:59:59", 0), ("2026-11-24 17:00:00", 0), ("2026-11-24 17:00:01", 1)],
)
def test_a_deadline_is_missed_after_it_and_not_at_it(case, next_check_at, moment, found):
	assert next_check_at(moment) == found
	assert len(breaches(case)) == found


def test_a_broken_promise_is_found(case, clock_at, next_check_at):
	with clock_at("2026-11-23 11:00"):
		api.promise(case, "2026-11-26 12:00:00")
	assert next_check_at("2026-11-26 11:00") == 0
	assert next_check_at("2026-11-26 12:00:01") == 1
	assert [row.note for row in breaches(case)] == ["promise 2026-11-26 12:00:00"]
	assert frappe.db.get_value(INTERACTION, case, "promise_status") == "Breached"


def test_what_waits_for_the_client_is_never_missed(case, clock_at, next_check_at):
	with clock_at("2026-11-24 16:00"):
		api.pause(case)
	assert next_check_at("2026-12-24 12:00") == 0
	with clock_at("2026-12-28 09:00"):
		api.resume(case)
	assert next_check_at("2026-12-28 10:00") == 0  # the hour that was left
	assert next_check_at("2026-12-28 10:00:01") == 1


@pytest.mark.parametrize("action", ["answer", "close"])
def test_what_is_answered_is_never_missed(case, clock_at, set_settings, next_check_at, action):
	set_settings(evidence_mode="Off")
	with clock_at("2026-11-24 16:00"):
		api.answer(case)
		if action == "close":
			api.close(case)
	assert next_check_at("2027-01-01 12:00") == 0
	assert not breaches(case)


def test_what_was_late_before_the_sweep_came_is_not_marked_when_met(case, clock_at, next_check_at):
	with clock_at(AFTER_BOTH):
		api.answer(case)
	assert frappe.db.get_value(INTERACTION, case, ["respond_status", "breached"]) == ("Met Late", 1)
	assert next_check_at("2026-11-26 12:00") == 0


def test_what_arrives_after_its_deadline_is_found(inquiry, people, set_calendar, clock_at, next_check_at):
	"""A message that was fetched a week late has been missed when it is logged."""
	set_calendar(["09:00-17:00"])
	doc = inquiry(
		responsible_staff=people["responsible"], at="2026-11-23 10:00", occurred_on="2026-11-16 10:00"
	)
	assert (doc.acknowledge_status, doc.respond_status) == ("Breached", "Breached")
	assert next_check_at("2026-11-23 10:05") == 1
	assert len(breaches(doc.name)) == 2
	assert next_check_at("2026-11-23 10:10") == 0


def test_only_people_who_may_read_are_told(case, people, next_check_at):
	frappe.get_doc("User", people["responsible"]).remove_roles("Frontline Staff")
	manager = min(people["managers"])
	frappe.db.set_value("User", manager, "enabled", 0)
	next_check_at("2026-11-24 17:05")
	assert notified(case) == sorted(people["managers"] - {manager})


def test_a_notification_names_client_subject_lateness_and_who_is_responsible(case, next_check_at):
	next_check_at("2026-11-24 17:05")
	(subject,) = {row.subject for row in told(case)}
	assert "Anna Client: Solar roof" in subject and case in subject
	assert "5 minutes late. Responsible: Frontline Staff." in subject


# --- cost and robustness ------------------------------------------------------------------------


def test_the_sweep_reads_only_what_is_due(case, inquiry, people, next_check_at, monkeypatch):
	for day in range(24, 31):
		inquiry(responsible_staff=people["responsible"], at=f"2026-12-{day} 10:00")
	opened = []
	real = document.load_locked

	def watching(doctype, names):
		opened.extend(names)
		return real(doctype, names)

	monkeypatch.setattr(document, "load_locked", watching)
	assert next_check_at("2026-11-24 17:05") == 1
	assert opened == [case]


def test_an_idle_sweep_is_one_query(case, next_check_at, monkeypatch):
	queries = []
	real = frappe.db.sql

	def counting(query, *args, **kwargs):
		queries.append(str(query))
		return real(query, *args, **kwargs)

	monkeypatch.setattr(frappe.db, "sql", counting)
	assert next_check_at("2026-11-23 11:00") == 0
	assert len([query for query in queries if "Client Interaction" in query]) == 1


def test_the_question_what_is_due_is_answered_by_the_index(case, next_check_at, monkeypatch):
	frappe.db.sql(
		"""insert into `tabClient Interaction` (name, next_check_at)
		select concat('Later ', seq), '2030-01-01' from seq_1_to_3000"""
	)
	plans = []
	real = frappe.db.sql

	def explaining(query, *args, **kwargs):
		if "next_check_at" in str(query) and str(query).lower().startswith("select") and not plans:
			plans.extend(real(f"explain {query}", as_dict=True))
		return real(query, *args, **kwargs)

	monkeypatch.setattr(frappe.db, "sql", explaining)
	next_check_at("2026-11-24 17:05")
	assert plans[0].key and "next_check_at" in plans[0].key
	assert int(plans[0].rows) < 100


def test_a_broken_record_does_not_stop_the_others(
	case, inquiry, people, next_check_at, monkeypatch, clock_at
):
	other = inquiry(responsible_staff=people["responsible"], at="2026-11-23 10:01").name
	real = sweep.handle

	def fail_for_case(doc):
		told = real(doc)
		if doc.name == case:
			raise RuntimeError("broken record")
		return told

	monkeypatch.setattr(sweep, "handle", fail_for_case)
	assert next_check_at("2026-11-24 17:05") == 2
	assert len(breaches(other)) == 1
	assert not breaches(case) and not notified(case), "nothing is half-written"
	assert frappe.db.exists("Error Log", {"reference_name": case})

	monkeypatch.setattr(sweep, "handle", real)
	assert next_check_at("2026-11-24 17:10") == 0, "the broken record is left alone for an hour"
	assert next_check_at("2026-11-24 18:06") == 1
	assert len(breaches(case)) == 1 and len(notified(case)) == 3


def test_more_than_a_chunk_is_handled_in_one_run(inquiry, people, set_calendar, next_check_at, monkeypatch):
	set_calendar(["09:00-17:00"])
	monkeypatch.setattr(sweep, "CHUNK", 2)
	names = [
		inquiry(responsible_staff=people["responsible"], at=f"2026-11-23 10:0{n}").name for n in range(5)
	]
	assert next_check_at("2026-11-24 17:05") == 5
	assert all(len(breaches(name)) == 1 for name in names)


# --- two sweeps at once, and a sweep that is killed ----------------------------------------------

# A sweep in a process of its own. It stops where the test says and waits there for a file to appear.
PROCESS = """
import sys, time, pathlib
import frappe
from client_comms import clock
from client_comms.client_interactions.clocks import sweep

site, sites_path, folder, name, moment, stop = sys.argv[1:]
folder = pathlib.Path(folder)

def wait():
	(folder / f"{name}.ready").touch()
	while not (folder / "go").exists():
		time.sleep(0.005)

frappe.init(site, sites_path=sites_path)
frappe.connect()
frappe.flags.mute_emails = True
if stop == "marked":  # everything of the chunk is written and nothing is committed
	real = sweep._handle
	def handle(each):
		told = real(each)
		wait()
		return told
	sweep._handle = handle
elif stop == "taken":  # the rows are locked and nothing is written
	real_take = sweep._take_due
	def take(limit):
		names = real_take(limit)
		if names:
			wait()
		return names
	sweep._take_due = take
else:
	# A scheduler has read something by now, so the transaction sees the database of before the other sweep.
	frappe.db.count("Client Interaction")
	wait()
with clock.moved_to(moment):
	print(sweep.run())
frappe.destroy()
"""


@pytest.fixture
def committed_cases(request, people, inquiry):
	"""Inquiries that other processes see; removed in the end."""
	frappe.db.delete("Notification Log", {"document_type": INTERACTION})
	frappe.db.commit()
	made = [
		inquiry(responsible_staff=people["responsible"], at=f"2026-11-16 10:{n:02d}").name for n in range(6)
	]
	frappe.db.commit()
	yield made
	frappe.db.rollback()
	frappe.set_user("Administrator")
	for name in made:
		frappe.db.delete("Notification Log", {"document_name": name})
		frappe.delete_doc(INTERACTION, name, force=True, ignore_missing=True)
	frappe.delete_doc("Customer", "Anna Client", force=True, ignore_missing=True)
	frappe.db.commit()


@pytest.fixture
def start(site_name, sites_path, tmp_path):
	"""`start("a", stop="taken")` starts a sweep at 2026-11-19 12:00 in another process."""
	processes = []

	def run(name, stop="begun"):
		process = subprocess.Popen(
			[
				sys.executable,
				"-c",
				PROCESS,
				site_name,
				str(sites_path),
				str(tmp_path),
				name,
				"2026-11-19 12:00:00",
				stop,
			],
			cwd=sites_path,
			env={
				**os.environ,
				"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
			},
			stdout=subprocess.PIPE,
			stderr=subprocess.PIPE,
			text=True,
		)
		processes.append(process)
		return process

	yield run
	for process in processes:
		if process.poll() is None:
			process.kill()
		process.wait()
		process.stdout.close()
		process.stderr.close()


def ready(tmp_path, *names):
	deadline = time.monotonic() + 60
	while not all((tmp_path / f"{name}.ready").exists() for name in names):
		assert time.monotonic() < deadline, "a sweep did not get as far as it should"
		time.sleep(0.01)


def handled(process):
	output, errors = process.communicate(timeout=120)
	assert process.returncode == 0, errors[-2000:]
	return int(output.split()[-1])


def assert_marked_once(names, people):
	frappe.db.rollback()  # to see what the other processes committed
	for name in names:
		assert len(breaches(name)) == 2, name  # acknowledgement and answer
		per_person = notified(name)
		assert {user: per_person.count(user) for user in per_person} == dict.fromkeys(
			{people["responsible"], *people["managers"]}, 2
		)
		assert todos(name) == [people["responsible"]]


@pytest.mark.committed
def test_two_sweeps_at_once_mark_each_deadline_once(committed_cases, people, start, tmp_path):
	one, two = start("one"), start("two")
	ready(tmp_path, "one", "two")
	(tmp_path / "go").touch()
	assert handled(one) + handled(two) == len(committed_cases)
	assert_marked_once(committed_cases, people)


@pytest.mark.committed
def test_a_sweep_passes_by_what_another_one_holds(committed_cases, people, start, tmp_path):
	"""It neither waits for the other sweep nor marks the same a second time."""
	holding = start("holding", stop="taken")
	ready(tmp_path, "holding")
	frappe.db.rollback()
	with clock.moved_to("2026-11-19 12:00:00"):
		began = time.monotonic()
		assert sweep.run() == 0
		assert time.monotonic() - began < 10
	(tmp_path / "go").touch()
	assert handled(holding) == len(committed_cases)
	assert_marked_once(committed_cases, people)


@pytest.mark.committed
def test_a_sweep_sees_what_was_changed_after_it_began(committed_cases, people, start, tmp_path):
	begun = start("begun")
	ready(tmp_path, "begun")
	doc = frappe.get_doc(INTERACTION, committed_cases[0])
	doc.summary = "Anna called again."
	with clock.moved_to("2026-11-19 11:00:00"):
		doc.save()
	frappe.db.commit()
	(tmp_path / "go").touch()
	assert handled(begun) == len(committed_cases)
	assert_marked_once(committed_cases, people)
	assert frappe.db.get_value(INTERACTION, doc.name, "summary") == "Anna called again."


@pytest.mark.committed
@pytest.mark.parametrize("stop", ["taken", "marked"])
def test_a_killed_sweep_loses_nothing_and_doubles_nothing(committed_cases, people, start, tmp_path, stop):
	killed = start("killed", stop=stop)
	ready(tmp_path, "killed")
	killed.send_signal(signal.SIGKILL)
	killed.wait()
	time.sleep(0.5)  # until the database has noticed
	frappe.db.rollback()
	assert not any(breaches(name) for name in committed_cases)
	frappe.db.rollback()
	with clock.moved_to("2026-11-19 12:00:00"):
		assert sweep.run() == len(committed_cases)
	assert_marked_once(committed_cases, people)


# --- deadlocks ----------------------------------------------------------------------------------


@pytest.fixture
def deadlocks(monkeypatch):
	"""`deadlocks(2)`: the database takes back the first two chunks, each after a record of it was handled."""
	handle = sweep._handle

	def make(number):
		left = [number]

		def interrupted(name):
			told = handle(name)
			if left[0]:
				left[0] -= 1
				raise frappe.QueryDeadlockError
			return told

		monkeypatch.setattr(sweep, "_handle", interrupted)

	return make


def test_a_chunk_lost_to_a_deadlock_is_repeated(case, next_check_at, deadlocks):
	deadlocks(2)
	assert next_check_at(AFTER_BOTH) == 1
	assert len(breaches(case)) == 2  # what was done in the chunks that were taken back is not done twice
	assert next_check_at(AFTER_BOTH) == 0


def test_a_sweep_that_loses_every_chunk_gives_up_and_leaves_the_work_for_the_next(
	case, next_check_at, deadlocks
):
	deadlocks(sweep.DEADLOCKS + 1)
	with pytest.raises(frappe.QueryDeadlockError):
		next_check_at(AFTER_BOTH)
	assert breaches(case) == []
	assert next_check_at(AFTER_BOTH) == 1
	assert len(breaches(case)) == 2
