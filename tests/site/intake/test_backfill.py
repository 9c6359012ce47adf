"""Documents from before the app are logged once, and judged as of their time (D-1, F-1)."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import frappe
import pytest
from frappe.utils import add_days, get_datetime

from client_comms import clock
from client_comms.client_interactions import merging
from client_comms.client_interactions.clocks import sweep
from client_comms.client_privacy.erasure import records
from client_comms.intake import backfill

pytestmark = pytest.mark.clause("D-1", "F-1")

INTERACTION = "Client Interaction"
DOMAIN = "nordlicht.example"
ADDRESS = "anna@client-a.example"
SWITCHES = (
	"log_inbound_email",
	"log_issues",
	"log_leads",
	"log_opportunities",
	"log_calls",
	"log_events",
	"log_appointments",
	"log_outbound",
)
RESOLVED = "sla_resolution_date"
SINCE = get_datetime("2026-11-01")


@pytest.fixture
def before_the_app(set_settings, set_calendar):
	set_settings(own_email_domains=DOMAIN, **dict.fromkeys(SWITCHES, 0))
	set_calendar(["09:00-17:00"])


@pytest.fixture
def staff(make_user):
	return make_user("Frontline Staff", "Account Manager", "Sales User", email=f"fiona@{DOMAIN}")


@pytest.fixture
def make(clock_at, as_user):
	def insert(doctype, at, by="Administrator", **fields):
		with clock_at(at), as_user(by):
			return frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True)

	return insert


@pytest.fixture
def message(make):
	def insert(at, kind="Received", by="Administrator", **fields):
		sent = kind == "Sent"
		values = {
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": kind,
			"sender": by if sent else ADDRESS,
			"recipients": ADDRESS if sent else f"info@{DOMAIN}",
			"subject": "Solar roof",
			"content": "Please send an offer.",
			"communication_date": at,
		}
		return make("Communication", at, by, **{**values, **fields})

	return insert


@pytest.fixture
def history(before_the_app, staff, make, message):
	"""Two weeks of a company without the app; the question of the 3rd was answered, that of the 9th never was."""
	asked = message("2026-11-03 10:00")
	message("2026-11-04 09:30", "Sent", staff, in_reply_to=asked.name, subject="Re: Solar roof")
	message("2026-11-03 11:00", sender=f"carl@{DOMAIN}", subject="Lunch?")
	message("2026-11-03 12:00", sender="news@shop.example", subject="Out of office")
	message("2026-11-09 10:00", sender="bert@client-b.example", subject="Warranty")
	issue = make("Issue", "2026-11-10 10:00", subject="Noise", raised_by="cora@client-c.example")
	issue.db_set({"opening_date": "2026-11-10", "opening_time": "10:00:00"})
	lead = make("Lead", "2026-11-10 11:00", first_name="Dora", email_id="dora@client-d.example")
	make("Opportunity", "2026-11-10 12:00", opportunity_from="Lead", party_name=lead.name)
	make(
		"Call Log",
		"2026-11-11 10:00",
		id="backfill-1",
		type="Incoming",
		status="Completed",
		start_time="2026-11-11 10:00",
		to="1",
		**{"from": "+49 40 123456"},
	)
	frappe.db.commit()
	return frappe._dict(asked=asked, issue=issue, lead=lead)


def run(**options):
	counts = backfill.run(SINCE, **options)
	return {doctype: dict(found) for doctype, found in counts.items() if found}


def close(name):
	interaction = frappe.get_doc(INTERACTION, name)
	interaction.record("Answered")
	interaction.record("Closed")


def snapshot():
	fields = ["name", "status", "modified", "next_check_at", "respond_status"]
	return frappe.get_all(INTERACTION, fields=fields, order_by="name asc", as_list=True)


def test_what_exists_is_logged_as_if_it_had_arrived_then(history):
	found = run()
	assert found["Communication"] == {"opened": 2, "continued": 1, "nothing": 2}
	assert found["Issue"] == found["Lead"] == found["Call Log"] == {"opened": 1}
	assert found["Opportunity"] == {"continued": 1}

	history.asked.reload()
	answered = frappe.get_doc(INTERACTION, history.asked.client_interaction)
	assert (answered.status, answered.acknowledge_status, answered.respond_status) == (
		"Answered",
		"Met",
		"Met",
	)
	assert (str(answered.occurred_on), str(answered.responded_on)) == (
		"2026-11-03 10:00:00",
		"2026-11-04 09:30:00",
	)
	assert str(answered.respond_by) == "2026-11-05 17:00:00"


def test_what_was_missed_is_marked_and_no_one_is_told(history, staff, set_settings):
	step = {
		"clock": "All",
		"after_working_hours": 0,
		"to": "User",
		"user": staff,
		"notification": 1,
		"todo": 1,
	}
	set_settings(escalation_steps=[step], quiet_from=None, quiet_until=None)
	told = {doctype: frappe.db.count(doctype) for doctype in ("Notification Log", "ToDo", "Email Queue")}
	run()
	open_one = frappe.get_doc(INTERACTION, {"subject": "Warranty"})
	assert (open_one.respond_status, open_one.breached) == ("Breached", 1)
	assert "Breached" in [row.event for row in open_one.events]
	sweep.run()
	assert {doctype: frappe.db.count(doctype) for doctype in told} == told


@pytest.mark.parametrize(
	("status", "resolved", "switch", "closed_at"),
	[
		("Closed", "2026-11-12 15:00:00", 1, "2026-11-12 15:00:00"),
		("Resolved", None, 1, "2026-11-10 10:00:00"),
		("Replied", None, 1, None),
		("Closed", None, 0, None),
	],
)
def test_nothing_is_owed_of_an_issue_that_was_settled(
	history, set_settings, status, resolved, switch, closed_at
):
	set_settings(issue_status_follows=switch, ask_for_rating=1)
	history.issue.db_set({"status": status, RESOLVED: resolved})
	run()
	doc = frappe.get_doc(INTERACTION, {"reference_doctype": "Issue", "reference_name": history.issue.name})
	closed = [str(row.at) for row in doc.events if row.event == "Closed"]
	assert closed == ([closed_at] if closed_at else [])
	assert doc.status == ("Closed" if closed_at else "Open")
	assert doc.clock_state == ("Stopped" if closed_at else "Running")
	# The answer was due on the 12th at 17:00, the acknowledgement on the 11th.
	late = "Breached" if not closed_at or closed_at.startswith("2026-11-12") else "Not Required"
	assert doc.acknowledge_status == late
	assert doc.respond_status == ("Not Required" if closed_at else "Breached")
	assert frappe.db.get_value("Issue", history.issue.name, "status") == status
	assert not frappe.db.exists("Client Access Link", {"client_interaction": doc.name})
	snap = snapshot()
	run()
	assert snapshot() == snap


@pytest.mark.parametrize(
	("doctype", "status", "is_settled"),
	[
		("Lead", "Converted", True),
		("Lead", "Do Not Contact", True),
		("Lead", "Opportunity", False),
		("Opportunity", "Lost", True),
		("Opportunity", "Closed", True),
		("Opportunity", "Converted", True),
		("Opportunity", "Quotation", False),
	],
)
def test_nothing_is_owed_of_a_lead_or_opportunity_that_was_settled(
	before_the_app, staff, make, message, doctype, status, is_settled
):
	if doctype == "Lead":
		asked = make("Lead", "2026-11-10 11:00", first_name="Dora", email_id="dora@client-d.example")
	else:
		customer = make("Customer", "2026-11-09 11:00", customer_name="Client D")
		asked = make("Opportunity", "2026-11-10 11:00", opportunity_from="Customer", party_name=customer.name)
	asked.db_set("status", status)
	frappe.db.commit()
	assert run() == {doctype: {"opened": 1}}
	doc = frappe.get_doc(INTERACTION, {"reference_doctype": doctype, "reference_name": asked.name})
	closed = [(str(row.at), row.note) for row in doc.events if row.event == "Closed"]
	assert closed == (
		[("2026-11-10 11:00:00", f"{asked.name} had been settled in ERPNext before it was logged.")]
		if is_settled
		else []
	)
	assert doc.respond_status == ("Not Required" if is_settled else "Breached")


def test_the_second_time_does_nothing(history):
	run()
	before = snapshot()
	found = run()
	assert found["Communication"] == {"nothing": 2} and set(found) == {"Communication", "Opportunity"}
	assert snapshot() == before


def test_an_opportunity_that_continued_its_lead_is_not_logged_again_once_that_is_closed(history):
	run()
	lead = frappe.get_doc(INTERACTION, {"reference_doctype": "Lead", "reference_name": history.lead.name})
	lead.record("Answered")
	lead.record("Closed")
	before = snapshot()
	assert run() == {"Communication": {"nothing": 2}, "Opportunity": {"continued": 1}}
	assert snapshot() == before


def test_an_opportunity_made_after_its_lead_was_closed_is_logged(history, make):
	run()
	lead = frappe.get_doc(INTERACTION, {"reference_doctype": "Lead", "reference_name": history.lead.name})
	lead.record("Answered", at="2026-11-12 09:00:00")
	lead.record("Closed", at="2026-11-12 10:00:00")
	make("Opportunity", "2026-11-12 11:00", opportunity_from="Lead", party_name=history.lead.name)
	assert run()["Opportunity"] == {"continued": 1, "opened": 1}


def test_what_was_merged_is_not_logged_again(history, clock_at):
	run()
	issue = frappe.get_value(
		INTERACTION, {"reference_doctype": "Issue", "reference_name": history.issue.name}
	)
	lead = frappe.get_value(INTERACTION, {"reference_doctype": "Lead", "reference_name": history.lead.name})
	merging.merge(issue, lead)
	before = snapshot()
	assert run() == {
		"Communication": {"nothing": 2},
		"Issue": {"nothing": 1},
		"Opportunity": {"continued": 1},
	}
	assert snapshot() == before


@pytest.mark.parametrize("action", ["Delete", "Anonymise"])
def test_what_retention_took_is_not_logged_again(history, action):
	run()
	lead = frappe.get_value(INTERACTION, {"reference_doctype": "Lead", "reference_name": history.lead.name})
	issue = frappe.get_value(
		INTERACTION, {"reference_doctype": "Issue", "reference_name": history.issue.name}
	)
	merging.merge(issue, lead)
	frappe.get_doc(INTERACTION, lead).record("Answered")
	frappe.get_doc(INTERACTION, lead).record("Closed")
	for _again in range(2):
		records.erase(INTERACTION, action, [lead])
	before = snapshot()
	found = run()
	assert not {"Lead", "Issue"} & set(found) and snapshot() == before
	records.delete("Lead", [history.lead.name])
	assert not frappe.db.exists("Logging Exemption", {"reference_name": history.lead.name})


@pytest.mark.parametrize("action", ["Delete", "Anonymise"])
def test_a_lead_whose_conversation_retention_took_is_not_logged(before_the_app, make, message, action):
	"""It was made from a message, by a button or by a mailbox: it has no interaction of its own."""
	lead = make("Lead", "2026-11-03 10:00:05", first_name="Anna", email_id=ADDRESS)
	message("2026-11-03 10:00:10", reference_doctype="Lead", reference_name=lead.name)
	message("2026-11-04 10:00", sender="bert@client-b.example")
	later = make("Lead", "2026-11-04 10:30", first_name="Bert", email_id="bert@client-b.example")
	assert run() == {"Communication": {"opened": 2}, "Lead": {"nothing": 2}}
	for each in (lead, later):
		for name in frappe.get_all(INTERACTION, {"party_type": "Lead", "party": each.name}, pluck="name"):
			close(name)
			records.erase(INTERACTION, action, [name])
	before = snapshot()
	assert run() == {} and snapshot() == before


def test_what_a_message_made_is_not_logged_once_retention_took_the_message(before_the_app, make, message):
	issue = make("Issue", "2026-11-03 10:00:05", subject="Noise", raised_by=ADDRESS)
	issue.db_set({"opening_date": "2026-11-03", "opening_time": "10:00:05"})
	mail = message("2026-11-03 10:00:10", reference_doctype="Issue", reference_name=issue.name)
	run()
	name = mail.reload().client_interaction
	frappe.db.set_value(INTERACTION, name, {"reference_doctype": None, "reference_name": None})
	close(name)
	records.erase(INTERACTION, "Delete", [name])
	assert run() == {}


def test_what_an_erasure_emptied_is_not_logged(before_the_app, make):
	"""It was never logged: only the document is left, without the client."""
	lead = make("Lead", "2026-11-03 10:00", first_name="Dora", email_id="dora@client-d.example")
	deal = make("Opportunity", "2026-11-03 12:00", opportunity_from="Lead", party_name=lead.name)
	records.erase("Opportunity", "Anonymise", [deal.name])
	assert "Opportunity" not in run()


@pytest.fixture
def retention():
	"""`retention(months, type=months)`: how long interactions are kept, at every level."""

	def keep(months, **by_type):
		for name in frappe.get_all("Confidentiality Level", pluck="name"):
			level = frappe.get_doc("Confidentiality Level", name)
			level.update({"retention_months": months, "retention_action": "Delete"})
			level.retention_exceptions = []
			for kind, others in by_type.items():
				row = {"communication_type": kind, "retention_months": others, "retention_action": "Delete"}
				level.append("retention_exceptions", row)
			level.save()
		frappe.db.commit()

	return keep


def test_what_is_older_than_its_retention_is_not_logged(history, retention, clock_at):
	with clock_at("2026-12-09 12:00"):
		retention(1)
		found = run()
	# Messages and documents up to the 9th; what is said after that is kept.
	assert found["Communication"] == {"expired": 3, "nothing": 2}
	assert found["Issue"] == found["Lead"] == found["Call Log"] == {"opened": 1}
	assert not frappe.db.exists(INTERACTION, {"subject": ("in", ("Solar roof", "Warranty"))})


def test_the_term_of_its_type_counts(history, retention, clock_at):
	with clock_at("2026-12-09 12:00"):
		retention(0, **{"Initial Inquiry": 1})
		assert run()["Communication"] == {"expired": 2, "opened": 1, "nothing": 2}
		retention(1, **{"Initial Inquiry": 0})
		assert run()["Communication"] == {"opened": 2, "nothing": 2}


def test_an_issue_counts_from_when_it_was_settled_and_an_open_one_is_logged(
	before_the_app, make, retention, clock_at
):
	names = {}
	for subject, status, day in (
		("Open", "Open", None),
		("Late", "Closed", "2026-11-20 10:00"),
		("Early", "Resolved", "2026-11-04 10:00"),
	):
		issue = make("Issue", "2026-11-03 10:00", subject=subject, raised_by=f"{subject}@client-c.example")
		issue.db_set({"opening_date": "2026-11-03", "status": status, RESOLVED: day})
		names[subject] = issue.name
	with clock_at("2026-12-09 12:00"):
		retention(1)
		assert run() == {"Issue": {"opened": 2, "expired": 1}}
	logged = frappe.get_all(INTERACTION, {"reference_doctype": "Issue"}, pluck="reference_name")
	assert set(names.values()) - set(logged) == {names["Early"]}


def test_a_dry_run_says_what_is_older_as_well(history, retention, clock_at):
	with clock_at("2026-12-09 12:00"):
		retention(1)
		told = run(dry_run=True)
		assert told == run()


def test_a_run_that_was_killed_is_completed(history, monkeypatch):
	class Killed(BaseException):
		pass

	def one_chunk(chunks):
		yield from chunks[:1]
		raise Killed

	monkeypatch.setattr(backfill, "CHUNK", 1)
	with pytest.raises(Killed):
		run(watch=one_chunk)
	frappe.db.rollback()
	history.asked.reload()
	asked = frappe.get_doc(INTERACTION, history.asked.client_interaction)
	assert asked.next_check_at == sweep.HELD, "the answer is not in yet"
	sweep.run()
	assert "Breached" not in [row.event for row in asked.reload().events]

	found = run()
	assert found["Communication"] == {"opened": 1, "continued": 1, "nothing": 2}
	asked.reload()
	assert asked.respond_status == "Met" and asked.next_check_at is None
	assert not frappe.db.count(INTERACTION, {"next_check_at": sweep.HELD})


def test_a_dry_run_tells_the_same_and_changes_nothing(history):
	before = snapshot()
	told = run(dry_run=True)
	assert snapshot() == before
	assert told == run()


def test_documents_an_email_made_are_logged_with_the_email(before_the_app, make, message):
	lead = make("Lead", "2026-11-03 10:00:05", first_name="Anna", email_id=ADDRESS)
	message("2026-11-03 10:00:10", reference_doctype="Lead", reference_name=lead.name)
	assert run() == {"Communication": {"opened": 1}, "Lead": {"nothing": 1}}


def test_what_lies_before_any_matrix_is_told_and_left_out(before_the_app, message):
	message("2020-01-06 10:00")
	counts = backfill.run(get_datetime("2020-01-01"), ["Communication"])
	assert counts["Communication"]["no_matrix"] == 1


def test_what_an_import_left_without_an_interaction_is_logged(before_the_app, message):
	"""With an empty text in the field, not null."""
	mail = message("2026-11-03 10:00")
	frappe.db.set_value("Communication", mail.name, "client_interaction", "", update_modified=False)
	assert run() == {"Communication": {"opened": 1}}


def test_what_was_dismissed_stays_out(before_the_app, message):
	mail = message("2026-11-03 10:00")
	dismissal = {"reference_doctype": "Communication", "reference_name": mail.name, "reason": "A poll"}
	frappe.get_doc({"doctype": "Logging Exemption", "name": "dismissed", **dismissal}).db_insert()
	assert run() == {}


def test_one_that_fails_keeps_no_other_from_being_logged(history, errors, monkeypatch):
	real = backfill.arrivals.open_new

	def broken(arrival):
		if arrival.subject == "Warranty":
			raise RuntimeError("broken")
		return real(arrival)

	monkeypatch.setattr(backfill.arrivals, "open_new", broken)
	found = run()
	assert found["Communication"] == {"opened": 1, "continued": 1, "nothing": 2, "failed": 1}
	assert len(errors()) == 1


def test_what_is_missing_while_a_document_is_logged_is_a_failure(
	before_the_app, message, errors, monkeypatch
):
	message("2026-11-09 10:00")
	before = snapshot()
	real = backfill.arrivals.open_new

	def broken(arrival):
		real(arrival)
		frappe.get_doc(INTERACTION, "merged-meanwhile")

	monkeypatch.setattr(backfill.arrivals, "open_new", broken)
	assert run() == {"Communication": {"failed": 1}}
	assert len(errors()) == 1 and snapshot() == before


def test_what_was_deleted_after_a_run_began_is_nothing(before_the_app, message, monkeypatch):
	mail = message("2026-11-09 10:00")
	mail.delete(ignore_permissions=True, force=True)
	monkeypatch.setattr(backfill, "_unlogged", lambda *_which: [(SINCE, "Communication", mail.name)])
	assert run(doctypes=["Communication"]) == {"Communication": {"nothing": 1}}


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("arguments", "said"),
	[
		(["--since", "soon"], "Error: --since soon: give a date"),
		(["--source", "Quotation"], "Error: --source Quotation: choose from Communication, "),
	],
)
def test_bad_input_is_answered_with_one_line(bench, arguments, said):
	result = bench("backfill", *arguments)
	assert result.exit_code == 2 and result.output.startswith(said)


def test_the_command_tells_what_it_did(history, bench):
	result = bench("backfill", "--since", "2026-11-01", "--dry-run")
	assert result.exit_code == 0, result.output
	assert "Nothing was changed." in result.output and "New interactions" in result.output
	frappe.db.delete("Has Role", {"role": ("in", ("Frontline Staff", "Customer Support Manager"))})
	result = bench("backfill", "--since", "2026-11-01", "--source", "Call Log")
	assert "Open interactions without responsible staff: 1." in result.output
	result = bench("backfill", "--since", "2026-11-01", "--source", "Lead", "--json")
	assert frappe.parse_json(result.stdout[result.stdout.index("{") :]) == {"Lead": {"opened": 1}}


# --- a real kill ------------------------------------------------------------------------------------


@pytest.mark.committed
def test_killing_the_process_at_any_moment_changes_nothing_in_the_outcome(site, site_name, sites_path):
	since = add_days(clock.now(), -3)
	tag = frappe.generate_hash(length=8)
	settings = frappe.get_doc("Client Comms Settings")
	was = settings.log_inbound_email
	settings.db_set("log_inbound_email", 0)
	frappe.clear_document_cache("Client Comms Settings", "Client Comms Settings")
	try:
		for number in range(60):
			frappe.get_doc(
				{
					"doctype": "Communication",
					"communication_type": "Communication",
					"communication_medium": "Email",
					"sent_or_received": "Received",
					"sender": f"{tag}.{number}@client.example",
					"subject": f"{tag} {number}",
					"content": "Please send an offer.",
					"communication_date": add_days(clock.now(), -1),
				}
			).insert(ignore_permissions=True)
		frappe.db.commit()
		script = (
			"import frappe; from client_comms.intake import backfill; "
			f"frappe.init({site_name!r}, sites_path={str(sites_path)!r}); frappe.connect(); backfill.CHUNK = 5; "
			f"backfill.run(frappe.utils.get_datetime({str(since)!r}), ['Communication']); frappe.destroy()"
		)
		for seconds in (2.5, 3.5, None):
			worker = subprocess.Popen([sys.executable, "-c", script], cwd=sites_path)
			with contextlib.suppress(subprocess.TimeoutExpired):
				worker.wait(seconds)
			if worker.poll() is None:
				os.kill(worker.pid, signal.SIGKILL)
			worker.wait()
			time.sleep(0.2)
		frappe.db.rollback()
		mine = {"subject": ("like", f"{tag}%")}
		messages = frappe.get_all("Communication", mine, pluck="client_interaction")
		assert len(messages) == len(set(messages)) == 60 and all(messages)
		assert frappe.db.count(INTERACTION, mine) == 60
		assert not frappe.db.count(INTERACTION, {"next_check_at": sweep.HELD})
	finally:
		frappe.db.rollback()
		settings.db_set("log_inbound_email", was)
		for doctype in (INTERACTION, "Communication"):
			for name in frappe.get_all(doctype, {"subject": ("like", f"{tag}%")}, pluck="name"):
				frappe.delete_doc(doctype, name, force=True, ignore_permissions=True, delete_permanently=True)
		for name in frappe.get_all("Contact", {"email_id": ("like", f"{tag}%")}, pluck="name"):
			frappe.delete_doc("Contact", name, force=True, ignore_permissions=True, delete_permanently=True)
		frappe.db.commit()
