"""Health names each thing that does not work, in the command, on the page and for monitoring, until it works again."""

import json
from datetime import timedelta

import frappe
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from client_comms import clock, health, ledger, procedure
from client_comms.api.health import check_health
from client_comms.client_interactions.clocks import sweep
from client_comms.enforcement import answers
from client_comms.intake import backfill
from client_comms.scorecard import controls

pytestmark = pytest.mark.clause("R-3")

LONG_AGO = timedelta(hours=2)


class Worker:
	def __init__(self, *queues):
		self.queues = queues

	def queue_names(self):
		return [health.generate_qname(queue) for queue in self.queues]


@pytest.fixture
def running(site, monkeypatch, make_user):
	"""A site on which everything works; its own configuration says otherwise, as it is for tests."""
	monkeypatch.setitem(frappe.local.conf, "pause_scheduler", 0)
	monkeypatch.setitem(frappe.local.conf, "mute_emails", 0)
	monkeypatch.setitem(frappe.local.conf, "mail_server", "mail.example.com")
	monkeypatch.setattr(health, "is_scheduler_disabled", lambda verbose: False)
	monkeypatch.setattr(health, "get_workers", lambda: [Worker("default", "short"), Worker("long")])
	frappe.db.set_value("Scheduled Job Type", {"method": ("like", "client_comms.%")}, "stopped", 0)
	frappe.db.set_value("Scheduled Job Type", {"method": health.SWEEP}, "last_execution", clock.now())
	frappe.db.set_value("Client Interaction", {"next_check_at": ("<", clock.now())}, "next_check_at", None)
	frappe.db.set_value("Email Queue", {"status": ("in", ("Not Sent", "Error"))}, "status", "Sent")
	kept = ("Intake Failure", "Unprocessed Email", "Leak Check Run", "Ledger Verification")
	for doctype in (*kept, *health._GIVEN_UP):
		frappe.db.delete(doctype)
	frappe.db.delete(ledger.ENTRY, {"sequence": 0})
	frappe.db.set_value("Email Account", {"no_failed": (">", 0)}, "no_failed", 0)
	monkeypatch.setitem(frappe.local.conf, "host_name", "https://erp.example.com")
	make_user(procedure.CUSTOMER_SUPPORT_MANAGER)
	frappe.db.delete("OAuth Client", {"owner": "Guest"})


def red() -> dict[str, tuple[str, ...]]:
	return {line.key: line.faults for line in health.check() if not line.ok}


def test_all_is_well(running):
	assert red() == {}


def set_conf(key, value):
	return lambda: frappe.local.conf.update({key: value})


def old_execution():
	frappe.db.set_value(
		"Scheduled Job Type", {"method": health.SWEEP}, "last_execution", clock.now() - LONG_AGO
	)


def stopped_job():
	frappe.db.set_value("Scheduled Job Type", {"method": health.SWEEP}, "stopped", 1)


def failing_mailbox():
	account = frappe.new_doc("Email Account")
	account.update({"name": "Failing", "email_account_name": "Failing", "enable_incoming": 1, "no_failed": 4})
	account.db_insert()


def unreadable_email():
	frappe.get_doc({"doctype": "Unprocessed Email", "status": "Waiting", "reason": "?"}).db_insert()


def queued_email(status, age):
	def queue():
		row = frappe.new_doc("Email Queue")
		row.update({"status": status, "sender": "a@example.com", "message": "?"})
		row.db_insert()
		row.append("recipients", {"recipient": "b@example.com"}).db_insert()
		frappe.db.set_value(
			"Email Queue",
			row.name,
			{"creation": clock.now() - age, "modified": clock.now()},
			update_modified=False,
		)

	return queue


def failure():
	frappe.get_doc(
		{"doctype": "Intake Failure", "reference_doctype": "User", "reference_name": "Guest", "reason": "?"}
	).db_insert()


def no_matrix():
	frappe.db.set_value("Communication Matrix", {"docstatus": 1}, "effective_from", "2099-01-01")


def old_entry():
	ledger.write([ledger.entry(ledger.VIEW, "User", "Guest", None)])
	frappe.db.set_value(
		ledger.ENTRY, {"sequence": 0}, "creation", clock.now() - LONG_AGO, update_modified=False
	)


def leak_check_run(user, open_count, age=timedelta(), status="Finished"):
	run = frappe.new_doc("Leak Check Run")
	run.update({"status": status, "user": user, "open_count": open_count, "finished_on": clock.now() - age})
	run.db_insert()
	frappe.db.set_value(run.doctype, run.name, "creation", clock.now() - age, update_modified=False)


def open_surface():
	leak_check_run("Guest", 3)


def withheld_answer():
	entry = ledger.entry(
		ledger.REFUSAL, "User", "Guest", None, rule=answers.WITHHELD, reason="other_app.api.forgotten"
	)
	ledger.write([entry])


def no_manager():
	frappe.db.delete("Has Role", {"role": procedure.CUSTOMER_SUPPORT_MANAGER})


def ended_holidays():
	"""The list of last year, which was not extended."""
	year = clock.now().year - 1
	days = {"from_date": f"{year}-01-01", "to_date": f"{year}-12-31"}
	frappe.get_doc({"doctype": "Holiday List", "holiday_list_name": "Last Year", **days}).insert()
	name = frappe.db.get_single_value("Client Comms Settings", "default_calendar")
	frappe.db.set_value("Response Calendar", name, "holiday_list", "Last Year")
	frappe.clear_document_cache("Response Calendar", name)


def failed_run(doctype, **fields):
	return lambda: frappe.get_doc({"doctype": doctype, "status": "Failed", **fields}).db_insert()


@pytest.mark.parametrize(
	("key", "break_it", "said"),
	[
		("scheduler", set_conf("pause_scheduler", 1), "pause_scheduler"),
		("scheduler", old_execution, "2 hours ago"),
		("scheduler", stopped_job, health.SWEEP),
		("incoming_mail", failing_mailbox, "Failing"),
		("incoming_mail", unreadable_email, "1"),
		("outgoing_mail", set_conf("mute_emails", 1), "mute_emails"),
		("outgoing_mail", lambda: frappe.db.set_default("suspend_email_queue", 1), "suspended"),
		("outgoing_mail", queued_email("Not Sent", LONG_AGO), "more than an hour: 1"),
		("outgoing_mail", queued_email("Error", timedelta()), "1"),
		("site_address", set_conf("host_name", None), "set-config host_name"),
		("holidays", ended_holidays, "Last Year"),
		("manager_role", no_manager, procedure.CUSTOMER_SUPPORT_MANAGER),
		("intake", failure, "1"),
		("matrix", no_matrix, "No version is in force"),
		("ledger", old_entry, "2 hours ago"),
		("leak_check", open_surface, "found: 3"),
		("background_work", failed_run("Erasure Run"), "Erasure Run, failed: 1"),
		("background_work", failed_run("Data Package"), "Data Package, failed: 1"),
		("background_work", failed_run("Policy Change Run", kind="Reclassification"), "failed: 1"),
		("answers", withheld_answer, "other_app.api.forgotten"),
	],
)
def test_what_does_not_work_is_red_with_what_to_do(running, key, break_it, said):
	break_it()
	found = red()
	assert list(found) == [key]
	assert any(said in fault for fault in found[key])


def test_what_is_not_set_up_yet_is_said_without_being_red(running):
	frappe.db.set_value("Email Account", {"enable_incoming": 1}, "enable_incoming", 0)
	frappe.db.set_value("Response Calendar", {"holiday_list": ("is", "set")}, "holiday_list", None)
	frappe.clear_cache(doctype="Response Calendar")
	lines = {line.key: line for line in health.check()}
	assert red() == {}
	assert "Enable incoming email" in lines["incoming_mail"].next_step
	assert "Without a holiday list" in lines["holidays"].text
	assert "Choose one in each calendar" in lines["holidays"].next_step


def test_a_leak_check_that_never_ran_says_what_to_do(running, bench):
	def leak_check():
		return next(line for line in health.check() if line.key == "leak_check")

	assert leak_check().ok and "choose a user" in leak_check().next_step
	words = bench("health")
	assert words.exit_code == 0
	assert f"Leak Check: Never ran\n- {leak_check().next_step}\n" in words.output
	open_surface()
	assert not leak_check().next_step


def test_a_leak_check_of_one_user_does_not_hide_what_that_of_another_found(running, make_user):
	one, other, left = make_user("Frontline Staff"), make_user("Customer Support"), make_user("Accounts User")
	frappe.db.set_value("User", left, "enabled", 0)
	leak_check_run(one, 3, timedelta(days=2))
	leak_check_run(left, 5, timedelta(days=1))
	leak_check_run(other, 0, timedelta(hours=1))
	leak_check_run(one, 0, status="Failed")
	line = next(each for each in health.check() if each.key == "leak_check")
	(fault,) = line.faults
	assert one in fault and "found: 3" in fault
	assert line.figures == {"open_surfaces": 3} and "1 hour ago" in line.text
	state = controls.leak_check_done().state()
	assert state.colour == controls.RED and state.message.values == {"number": 3}
	leak_check_run(one, 0)
	assert red() == {}
	assert controls.leak_check_done().state().colour == controls.GREEN


def test_a_verification_that_failed_is_red_until_a_later_one_has_finished(running):
	failed_run("Ledger Verification")()
	assert any("Ledger Verification, failed: 1" in fault for fault in red()["background_work"])
	later = frappe.get_doc({"doctype": "Ledger Verification", "status": "Finished"})
	later.db_insert()
	frappe.db.set_value(
		later.doctype, later.name, "creation", clock.now() + timedelta(minutes=1), update_modified=False
	)
	assert red() == {}


@pytest.mark.parametrize(
	("workers", "unserved"),
	[([], ["short", "default", "long"]), ([Worker("default"), Worker("long")], ["short"])],
)
def test_a_queue_without_a_worker_is_named(running, monkeypatch, workers, unserved):
	monkeypatch.setattr(health, "get_workers", lambda: workers)
	assert [next(q for q in health.QUEUES if f" {q}." in fault) for fault in red()["workers"]] == unserved


def test_without_redis_health_still_answers(running, monkeypatch):
	def refuse():
		raise RedisConnectionError("Connection refused")

	monkeypatch.setattr(health, "get_workers", refuse)
	assert "Connection refused" in red()["workers"][0]


def test_a_check_that_fails_does_not_hide_the_others(running, monkeypatch):
	def fail():
		raise ValueError("a broken check")

	monkeypatch.setattr(health, "CHECKS", (("intake", fail), ("matrix", health.matrix_in_force)))
	broken, whole = health.check()
	assert not broken.ok and "a broken check" in broken.faults[0]
	assert whole.ok


def test_what_an_interrupted_backfill_left_is_told(running, log):
	"""The sweep leaves out what a backfill holds, and one that was killed does not let it go."""
	log().db_set("next_check_at", sweep.HELD)
	assert "backfill" in red()["deadlines"][0]
	backfill.run(clock.now())
	assert "deadlines" not in red()


def test_deadlines_not_handled_are_red_until_they_are_swept(running, log):
	doc = log("Initial Inquiry", responsible_staff="Administrator")
	frappe.db.set_value("Client Interaction", doc.name, "next_check_at", clock.now() - LONG_AGO)
	assert "2 hours ago" in red()["deadlines"][0]
	frappe.db.set_value("Client Interaction", doc.name, "next_check_at", None)
	frappe.db.delete(ledger.ENTRY, {"sequence": 0})
	assert red() == {}


def test_the_command_prints_words_json_and_metrics(running, bench):
	failure()
	words, as_json, metrics = (bench("health", *options) for options in ([], ["--json"], ["--prometheus"]))
	assert {each.exit_code for each in (words, as_json, metrics)} == {1}
	assert "Logging: Not logged: 1\n- " in words.output
	found = json.loads(as_json.output)
	assert not found["ok"]
	assert [line["key"] for line in found["lines"] if not line["ok"]] == ["intake"]
	assert f'client_comms_ok{{check="intake",site="{frappe.local.site}"}} 0\n' in metrics.output
	assert f'client_comms_unlogged_documents{{site="{frappe.local.site}"}} 1\n' in metrics.output


def test_who_configures_or_audits_can_open_it(running, make_user, as_user):
	with as_user(make_user(procedure.COMMUNICATIONS_MANAGER)):
		lines = check_health()
		assert all(line["ok"] for line in lines)
		for route in filter(None, (line["route"] for line in lines)):
			assert frappe.has_permission(route[1])
	with as_user(make_user(procedure.FRONTLINE_STAFF)), pytest.raises(frappe.PermissionError):
		check_health()


def test_who_cannot_do_what_a_line_says_is_told_who_can(running, make_user, as_user):
	set_conf("mute_emails", 1)()
	make_user(procedure.COMPLIANCE_OFFICER, first_name="Aaron", last_name="Aaronson")
	with as_user(make_user(procedure.COMMUNICATIONS_MANAGER)):
		lines = {line["key"]: line for line in check_health()}
	opens, helps = lines["leak_check"]["help"]
	assert "Compliance Officer" in opens and "Aaron Aaronson" in helps and not lines["leak_check"]["route"]
	assert "System Manager" in lines["outgoing_mail"]["help"][0]
	assert not lines["scheduler"]["help"]  # works
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		line = next(line for line in check_health() if line["key"] == "leak_check")
	assert line["route"] == ("leak-check",) and not line["help"]


def test_a_ledger_without_chaining_is_not_called_intact(running):
	old_entry()
	assert ledger.verify()["is_behind"]
	frappe.db.set_value(ledger.ENTRY, {"sequence": 0}, "creation", clock.now(), update_modified=False)
	assert not ledger.verify()["is_behind"]
