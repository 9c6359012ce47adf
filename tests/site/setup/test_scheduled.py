"""The jobs of every five minutes: each asks whether there is anything to do, and is loaded and run if there is (D-1, C-3)."""

from pathlib import Path
from unittest import mock

import frappe
import pytest

from client_comms import hooks, scheduled, waiting_files
from client_comms.client_interactions import daily_digest
from client_comms.client_privacy.erasure import runs as erasures
from client_comms.client_privacy.packages import collecting
from client_comms.clients import parties
from client_comms.intake import event, unprocessed
from client_comms.ledger import checkpoints, entries
from client_comms.ledger import runs as verifications
from client_comms.patches.v1_0 import ask_before_loading

pytestmark = pytest.mark.clause("D-1", "C-3")

JOBS = hooks.scheduler_events["cron"]["*/5 * * * *"]
EVERY_HOUR = [
	each
	for kind in ("hourly", "hourly_long")
	for each in hooks.scheduler_events[kind]
	if each.startswith("client_comms.scheduled.")
]
ALL = [*JOBS, *EVERY_HOUR]
NOW = "2026-11-24 10:00"  # a Tuesday
# Nothing is due, whatever the site has.
IDLE = (
	"update `tabClient Interaction` set next_check_at = null, next_deadline = null",
	"update `tabInteraction Action Item` set status = 'Done'",
	"update tabEvent set client_interaction = 'another'",
	"delete from `tabUnprocessed Email`",
	"delete from `tabUnhandled Email`",
	"update `tabEmail Account` set enable_incoming = 0, client_comms_stopped_on = null",
	"delete from `tabCompliance Ledger Entry`",
	"delete from `tabLedger Witness`",
	"update `tabDigest Subscription` set sent_on = '2199-01-01'",
	"update tabUser set enabled = 0 where name != 'Administrator' and name not in (select user from `tabDigest Subscription`)",
	"update `tabCommunication Matrix` set reclassify_open = 0",
	"delete from `tabPolicy Change Run`",
	"delete from `tabLeak Check Run`",
	"delete from `tabIntake Failure`",
	"delete from `tabStaff Absence`",
	"update `tabClient Interaction` set substituting_for = null",
	"delete from `tabErasure Run`",
	"delete from `tabData Package`",
	"delete from `tabLedger Verification`",
)


@pytest.fixture
def idle(set_settings, set_calendar, clock_at, site, tmp_path, monkeypatch):
	"""A site on which nothing is due; returns the folder of its files."""
	with clock_at("2026-11-02 09:00"):
		set_calendar(["09:00-17:00"])
	set_settings(send_digests=1, log_events=1, mailbox_silent_minutes=30, quiet_from=None, quiet_until=None)
	for statement in IDLE:
		frappe.db.sql(statement)
	monkeypatch.setattr(frappe, "get_site_path", lambda *parts: str(tmp_path.joinpath(*parts)))
	frappe.cache.delete_value(scheduled.DIGEST_RESTS)
	frappe.cache.set_value(scheduled.COMPARED, scheduled._what_decides(), expires_in_sec=60 * 60)
	with clock_at(NOW):
		yield tmp_path / "private"
	frappe.cache.delete_value(scheduled.DIGEST_RESTS)
	frappe.cache.delete_value(scheduled.COMPARED)


def run(ledger=False) -> list[str]:
	"""What is done when the scheduler comes; what a test prepares may itself be on the ledger, so that is left out unless asked for."""
	done = []
	with mock.patch.object(scheduled, "_do", done.append):
		for job in ALL:
			frappe.get_attr(job)()
	return [each for each in done if ledger or each != "ledger.chain"]


def insert(doctype, **fields):
	doc = frappe.get_doc({"doctype": doctype, "name": f"{doctype} of this test", **fields})
	doc.db_insert()
	return doc


def test_where_nothing_is_due_nothing_is_done(idle):
	assert run(ledger=True) == []


def test_where_nothing_is_due_nothing_is_loaded(in_another_process):
	"""There are eleven of them, each in a process of its own, and what they do has up to 230 modules of the app to load."""
	loaded = in_another_process(
		f"""{in_another_process.job}
	frappe.db.commit = None  # nothing of this stays
	for statement in {IDLE!r}:
		frappe.db.sql(statement)
	frappe.cache.set_value("client_comms_compared", frappe.get_attr("client_comms.scheduled._what_decides")())
	for job in {ALL!r}:
		frappe.get_attr(job)()
	frappe.db.rollback()
	print(*({{*sys.modules}} - before))
"""
	).split()
	ours = [name for name in loaded if name.startswith("client_comms.")]
	assert len(ours) <= 16, sorted(ours)
	assert not [name for name in loaded if name.startswith(("erpnext.", "frappe.model", "sqlparse"))], loaded


def test_what_is_done_exists():
	done = []
	with (
		mock.patch.object(scheduled, "_do", done.append),
		mock.patch.object(scheduled, "_rows", return_value=(("name", None),)),
		mock.patch.object(scheduled, "_setting", return_value="1"),
		mock.patch.object(scheduled, "_any_file", return_value=True),
	):
		frappe.cache.delete_value(scheduled.DIGEST_RESTS)
		frappe.cache.delete_value(scheduled.COMPARED)
		for job in ALL:
			frappe.get_attr(job)()
	frappe.cache.delete_value(scheduled.COMPARED)
	assert len(done) == len(ALL) and all(callable(frappe.get_attr(f"client_comms.{each}")) for each in done)


def test_a_job_that_was_stopped_stays_so_under_its_new_name():
	for before, after in ask_before_loading.JOBS.items():
		frappe.db.set_value("Scheduled Job Type", {"method": after}, {"method": before, "stopped": 1})
	ask_before_loading.execute()
	stopped = frappe.get_all("Scheduled Job Type", {"method": ("in", ALL), "stopped": 1}, pluck="method")
	assert sorted(stopped) == sorted(ALL) == sorted(ask_before_loading.JOBS.values())


def test_the_questions_know_what_the_jobs_look_for():
	assert scheduled.CLIENTS == event._CLIENTS
	assert scheduled._EVENTS_SINCE.days == event.LOOK_BACK_DAYS
	assert set(parties.PARTY_TYPES) < set(scheduled.CLIENTS)
	assert (unprocessed.WAITING, unprocessed.MOST_ATTEMPTS) == ("Waiting", 3)
	assert entries.WAITING_INDEX == "waiting"
	ends = daily_digest.LAST_RUN
	assert scheduled._DIGEST_ENDS.total_seconds() == ends.hour * 3600 + ends.minute * 60


def test_a_missed_deadline(idle, inquiry):
	case = inquiry(at="2026-11-24 09:30", responsible_staff="Administrator").name
	frappe.db.set_value("Client Interaction", case, "next_check_at", NOW)
	assert run() == []  # a deadline is missed after it, not at it
	frappe.db.set_value("Client Interaction", case, "next_check_at", "2026-11-24 09:59:59")
	assert run() == ["client_interactions.clocks.sweep.run"]


@pytest.mark.parametrize(("starts_on", "is_due"), [("2026-11-24 10:00", 1), ("2026-11-24 10:01", 0)])
def test_a_meeting_that_has_begun(idle, starts_on, is_due):
	meeting = insert("Event", subject="Solar roof", starts_on=starts_on, status="Open")
	who = {"parent": meeting.name, "parenttype": "Event", "parentfield": "event_participants"}
	row = insert("Event Participants", reference_doctype="User", reference_docname="Administrator", **who)
	assert run() == []  # a meeting of staff
	row.db_set({"reference_doctype": "Customer", "reference_docname": "Anna"})
	assert run() == ["intake.event.log_begun"] * is_due
	frappe.db.set_value("Event", meeting.name, "client_interaction", "", update_modified=False)
	assert run() == ["intake.event.log_begun"] * is_due
	insert("Logging Exemption", reference_doctype="Event", reference_name=meeting.name)
	assert run() == []


def test_a_meeting_that_becomes_nothing_is_tried_once_a_day(idle, clock_at):
	meeting = insert("Event", subject="Solar roof", starts_on="2026-11-24 09:00", status="Open")
	meeting.db_set("modified", "2026-11-24 08:00", update_modified=False)
	who = {"parent": meeting.name, "parenttype": "Event", "parentfield": "event_participants"}
	insert("Event Participants", reference_doctype="Contact", reference_docname="No client's", **who)
	frappe.cache.delete_value(scheduled.FRUITLESS)
	for at, is_due in (("10:00", 1), ("10:05", 0)):
		with clock_at(f"2026-11-24 {at}"):
			assert run() == ["intake.event.log_begun"] * is_due
			with mock.patch.object(event, "_log_locked", return_value=None):
				event.log_begun()
	with clock_at("2026-11-25 10:00"):
		assert run() == ["intake.event.log_begun"]
	with clock_at("2026-11-24 10:10"):
		meeting.db_set("modified", "2026-11-24 10:06", update_modified=False)
		assert run() == ["intake.event.log_begun"]
	frappe.cache.delete_value(scheduled.FRUITLESS)


@pytest.mark.parametrize("status", ["Waiting", "Taken In"])
def test_an_email_that_could_not_be_stored(idle, status):
	insert("Unprocessed Email", status=status, attempts=2)
	assert run() == ["intake.retry.store_unprocessed"] * (status == "Waiting")
	frappe.db.set_value("Unprocessed Email", {"status": status}, "attempts", 3)
	assert run() == []


def test_an_email_that_frappe_put_aside(idle):
	insert("Unhandled Email", email_account="Us", client_comms_is_kept=0)
	assert run() == ["intake.retry.store_unprocessed"]


@pytest.mark.parametrize(
	("folder", "job"),
	[
		(waiting_files.MAIL, "intake.retry.store_unprocessed"),
		(waiting_files.DEPARTURES, "outgoing.departures.store_left_behind"),
	],
)
def test_a_file_that_a_process_left_behind(idle, folder, job):
	file = idle / folder / "abc.eml"
	file.parent.mkdir(parents=True)
	(file.parent / f"abc{waiting_files.LOCK}").touch()
	assert run() == []
	file.touch()
	assert run() == [job]


def test_a_mailbox_that_is_not_fetched(idle):
	account = insert("Email Account", enable_incoming=1, last_fetched_on="2026-11-24 09:45")
	# Frappe counts each attempt to fetch as a change.
	times = {
		"creation": "2026-11-01",
		"modified": "2026-11-24 09:59",
		"client_comms_changed_on": "2026-11-02",
	}
	frappe.db.set_value("Email Account", account.name, times, update_modified=False)
	assert run() == []
	account.db_set("last_fetched_on", "2026-11-24 09:29", update_modified=False)
	assert run() == ["intake.mailboxes.tell_silent"]
	account.db_set("client_comms_changed_on", "2026-11-24 09:31", update_modified=False)
	assert run() == []
	account.db_set("client_comms_changed_on", None, update_modified=False)
	told = insert("Notification Log", document_type="Email Account", document_name=account.name)
	told.db_set("creation", "2026-11-24 09:35", update_modified=False)
	assert run() == []
	told.db_set("creation", "2026-11-23", update_modified=False)  # of another time before
	assert run() == ["intake.mailboxes.tell_silent"]


def test_a_mailbox_that_frappe_has_stopped_fetching(idle, set_settings):
	set_settings(mailbox_silent_minutes=0)
	account = insert("Email Account", enable_incoming=0)
	account.db_set("client_comms_stopped_on", "2026-11-24 09:59")
	assert run() == ["intake.mailboxes.tell_silent"]
	told = insert("Notification Log", document_type="Email Account", document_name=account.name)
	told.db_set("creation", "2026-11-24 10:00", update_modified=False)
	assert run() == []


def test_the_ledger(idle):
	frappe.db.delete("Ledger Checkpoint")
	entry = insert("Compliance Ledger Entry", sequence=0)
	assert run(ledger=True) == ["ledger.chain"]
	entry.db_set("sequence", 1)  # placed, and not signed: the run was killed
	assert run(ledger=True) == ["ledger.chain"]
	insert("Ledger Checkpoint", sequence=1, note="signed")
	assert run(ledger=True) == []
	witness = insert("Ledger Witness", enabled=1, every_minutes=60)
	assert run() == ["ledger.witnesses.deliver"]
	witness.db_set("delivered_on", "2026-11-24 09:05")
	assert run() == []  # it is not time yet
	witness.db_set("delivered_on", "2026-11-24 09:00")
	assert run() == ["ledger.witnesses.deliver"]
	witness.db_set("delivered_up_to", checkpoints.largest())
	assert run() == []


def test_a_version_that_has_come_into_force(idle):
	version = insert("Communication Matrix", docstatus=1, reclassify_open=1, effective_from=NOW)
	assert run() == ["policy_changes.activation.start_due"]
	insert("Policy Change Run", kind="Reclassification", reference_name=version.name, status="Finished")
	assert run() == []


@pytest.mark.parametrize("status", ["Queued", "Running", "Finished"])
def test_work_that_was_interrupted(idle, status):
	insert("Policy Change Run", status=status)
	insert("Leak Check Run", status=status)
	expected = ["policy_changes.runs.continue_abandoned", "leak_check.job.fail_abandoned"]
	assert run() == expected * (status != "Finished")


# The digest, which each can have at another time

DIGEST = ["client_interactions.daily_digest.run"]


@pytest.fixture
def subscription(idle, make_user):
	"""Of a user who has had today's."""
	user = make_user("Frontline Staff")
	frappe.db.delete("Digest Subscription", {"user": user})
	return insert("Digest Subscription", user=user, enabled=1, send_at="08:00:00", sent_on="2026-11-24")


@pytest.mark.parametrize(
	("sent_on", "send_at", "is_due"),
	[
		("2026-11-24", "08:00:00", 0),
		("2026-11-23", "08:00:00", 1),
		(None, "10:00:00", 1),
		("2026-11-23", "10:05:00", 0),
		("2026-11-23", "23:30:00", 1),  # too late for a run of yesterday
	],
)
def test_a_digest_whose_time_has_come(subscription, sent_on, send_at, is_due):
	subscription.db_set({"sent_on": sent_on, "send_at": send_at})
	assert run() == DIGEST * is_due
	frappe.db.set_value("User", subscription.user, "enabled", 0)
	assert run() == []


def test_a_digest_that_quiet_hours_put_off(subscription, set_settings):
	set_settings(quiet_from="20:00:00", quiet_until="07:00:00")
	subscription.db_set({"sent_on": "2026-11-23", "send_at": "19:59:00"})
	assert run() == []
	subscription.db_set("send_at", "20:00:00")
	assert run() == DIGEST


def test_a_calendar_elsewhere_has_quiet_hours_at_another_time(subscription, set_settings, business_in):
	set_settings(quiet_from="20:00:00", quiet_until="07:00:00")
	business_in("Asia/Tokyo")
	subscription.db_set({"sent_on": "2026-11-23", "send_at": "12:00:00"})
	assert run() == DIGEST


def test_who_has_none_yet(subscription):
	frappe.db.delete("Digest Subscription", {"name": subscription.name})
	assert run() == DIGEST
	frappe.db.delete("Has Role", {"parent": subscription.user})
	assert run() == []
	item = {"parent": "CI", "parenttype": "Client Interaction", "parentfield": "action_items"}
	item = insert("Interaction Action Item", assigned_to=subscription.user, status="Open", **item)
	item.db_set("due_on", "2026-11-25")
	assert run() == []
	item.db_set("due_on", "2026-11-24")
	assert run() == DIGEST


def test_who_has_none_yet_where_business_is_elsewhere(subscription, business_in):
	"""Where it is tomorrow already."""
	business_in("Pacific/Kiritimati")
	frappe.db.delete("Digest Subscription", {"name": subscription.name})
	frappe.db.delete("Has Role", {"parent": subscription.user})
	assert run() == []
	item = {"parent": "CI", "parenttype": "Client Interaction", "parentfield": "action_items"}
	item = insert("Interaction Action Item", assigned_to=subscription.user, status="Open", **item)
	item.db_set("due_on", "2026-11-25")
	assert run() == DIGEST


@pytest.mark.parametrize(
	("at", "until"),
	[
		("2026-11-28 10:00", "2026-11-29 00:00:00"),  # from a Saturday
		("2026-11-24 06:00", "2026-11-24 07:00:00"),
	],
)
def test_while_business_is_closed_it_is_not_asked_again_and_again(
	subscription, set_settings, clock_at, at, until
):
	set_settings(quiet_from="20:00:00", quiet_until="07:00:00")
	subscription.db_set({"sent_on": "2026-11-20", "send_at": "00:00:00"})
	with clock_at(at):
		assert run() == DIGEST
		daily_digest.run()
		assert run() == []
	with clock_at(until):
		assert run() == DIGEST


def test_no_digests_are_wanted(subscription, set_settings):
	subscription.db_set("sent_on", "2026-11-23")
	set_settings(send_digests=0)
	assert run() == []


def test_the_folders_are_those_of_the_site():
	"""What asks for their files does not load what writes them."""
	from client_comms.intake import spool

	assert spool.folder() == Path(frappe.get_site_path("private", waiting_files.MAIL))


HOURLY = {
	"intake.retry.run": ("Intake Failure", {"reference_doctype": "Issue", "reference_name": "ISS-1"}),
	"intake.substitution.run": (
		"Staff Absence",
		{"user": "Administrator", "from_date": "2026-11-20", "to_date": "2026-11-24"},
	),
	"client_privacy.erasure.runs.continue_all": ("Erasure Run", {"status": "Running"}),
	"client_privacy.packages.runs.continue_packages": ("Data Package", {"status": "Collecting"}),
	"ledger.runs.continue_verifications": ("Ledger Verification", {"status": "Queued"}),
}


@pytest.mark.parametrize("job", HOURLY)
def test_what_an_hourly_job_looks_for(job, idle):
	doctype, fields = HOURLY[job]
	insert(doctype, **fields)
	assert run() == [job]


def test_what_is_held_for_someone_who_is_back(idle, inquiry):
	case = inquiry(at="2026-11-24 09:30", responsible_staff="Administrator").name
	frappe.db.set_value(
		"Client Interaction",
		case,
		{"substituting_for": "Guest", "next_check_at": None, "next_deadline": None},
	)
	assert run() == ["intake.substitution.run"]


def test_the_questions_of_every_hour_know_what_the_jobs_look_for():
	assert erasures._WORK.unfinished == {"status": ("in", ("Planning", "Approved", "Running"))}
	assert collecting.WORK.unfinished == {"status": "Collecting", "failed_count": 0}
	assert verifications._WORK.unfinished == {"status": ("in", ("Queued", "Running"))}


def test_controls_are_compared_when_something_that_decides_has_changed(idle, monkeypatch):
	followed = ["enforcement.closing.follow"]
	assert run() == []
	script = insert("Server Script", script_type="API", api_method="another", script="pass")
	assert run() == followed and run() == []
	script.db_set("disabled", 1)
	assert run() == followed and run() == []
	live = frappe.get_hooks()
	with monkeypatch.context() as patch:
		patch.setattr(frappe, "get_hooks", lambda *_a, **_k: {**live, "has_permission": {}})
		assert run() == followed, "hooks that are cached, as well"
	assert run() == followed
	files = scheduled._files
	with monkeypatch.context() as patch:
		patch.setattr(scheduled, "_files", lambda folder: ((path, 0) for path, _at in files(folder)))
		assert run() == followed, "an app whose code was changed"
	assert run() == followed and run() == []
	frappe.cache.delete_value(scheduled.COMPARED)
	assert run() == followed, "Frappe's cache was cleared"
