"""Working through what is owed, alone and for a team: sections, views, several at once (C-3, C-4, F-2, R-2, D-5)."""

import random
from datetime import date
from unittest import mock

import frappe
import pytest

from client_comms import api, procedure
from client_comms.client_interactions import owed, team
from client_comms.exceptions import MissingDetailsError

pytestmark = pytest.mark.clause("C-3", "C-4", "F-2", "D-5")

INTERACTION = "Client Interaction"
ROLES = procedure.ROLES[:5]


@pytest.fixture(autouse=True)
def calendar(set_calendar):
	set_calendar(["09:00-17:00"])


@pytest.fixture
def frontline(make_user):
	return make_user("Frontline Staff")


def names(section):
	return [row["interaction"] for row in section["rows"]]


def test_what_is_owed_stands_in_its_section(inquiry, frontline, clock_at, as_user):
	late, today, tomorrow, later = (
		inquiry(at=f"2026-11-{day} 10:00", responsible_staff=frontline).name for day in (19, 23, 24, 25)
	)
	with as_user(frontline), clock_at("2026-11-24 10:30"):
		waiting = inquiry(at="2026-11-24 10:00", responsible_staff=frontline).name
		api.pause(waiting, "Wants to think about it")
		work = api.owed_work()
	assert names(work["late"]) == [late]
	assert names(work["today"]) == [today]
	assert names(work["tomorrow"]) == [tomorrow]
	assert names(work["waiting"]) == [waiting]
	assert later not in str(work)
	(row,) = work["late"]["rows"]
	assert row["what"] == ["Acknowledgement", "Answer"]  # once, with all that it owes
	assert (row["acknowledge"], row["writable"], row["emailable"]) == (True, True, True)


def test_what_waits_says_until_when(inquiry, frontline, clock_at, as_user):
	with as_user(frontline), clock_at("2026-11-24 10:30"):
		until_a_day, until_the_client_writes = (
			inquiry(at=f"2026-11-24 {hour}:00", responsible_staff=frontline).name for hour in ("09", "10")
		)
		api.pause(until_a_day, "Asked for the photos", "2026-11-26")
		api.pause(until_the_client_writes, "Asked for the photos")
		rows = api.owed_work()["waiting"]["rows"]
		resumes = frappe.db.get_value("Client Interaction", until_a_day, "next_check_at")
	assert [(row["interaction"], row["until"]) for row in rows] == [
		(until_a_day, str(resumes)),
		(until_the_client_writes, None),
	]
	assert resumes.date() == date(2026, 11, 26)


def test_on_a_friday_what_is_due_on_monday_is_next(inquiry, frontline, clock_at, as_user):
	friday, monday, later = (
		inquiry(at=f"2026-11-{day} 10:00", responsible_staff=frontline).name for day in (26, 27, 30)
	)
	with as_user(frontline), clock_at("2026-11-27 10:30"):
		work = api.owed_work()
	assert names(work["today"]) == [friday]
	assert names(work["tomorrow"]) == [monday]
	assert later not in str(work)


def test_who_owes_nothing_until_tomorrow_sees_what_is_due_next(
	inquiry, frontline, make_user, clock_at, as_user, monkeypatch
):
	monkeypatch.setattr(owed, "NEXT", 2)
	later = [inquiry(at=f"2026-11-{day} 10:00", responsible_staff=frontline).name for day in (25, 26, 27)]
	inquiry(at="2026-11-25 10:00", responsible_staff=make_user("Frontline Staff"))  # of someone else
	with as_user(frontline), clock_at("2026-11-24 10:30"):
		work, block = api.owed_work(), api.owed_today()
	assert not any(work[section]["rows"] for section in ("late", "today", "tomorrow"))
	assert names(work["later"]) == later[:1], "its acknowledgement and its answer are the next two"
	assert block["items"] == []
	assert [row["interaction"] for row in block["next"]] == [later[0], later[0]]

	with clock_at("2026-11-26 10:30"), as_user(frontline):
		assert names(api.owed_work()["later"]) == []
		assert api.owed_today()["next"] == []


def test_an_action_item_is_work_of_its_own(inquiry, frontline, make_user, clock_at, as_user):
	helper = make_user("Frontline Staff")
	item = {"description": "Send the brochure", "assigned_to": helper, "due_on": "2026-11-24"}
	name = inquiry(responsible_staff=frontline, action_items=[item]).name
	with as_user(helper), clock_at("2026-11-24 10:30"):
		(row,) = api.owed_work()["today"]["rows"]
	assert (row["interaction"], row["subject"], row["what"]) == (name, "Send the brochure", ["Action Item"])


def test_many_are_counted_and_not_all_shown(inquiry, frontline, clock_at, as_user, monkeypatch):
	monkeypatch.setattr(owed, "SHOWN", 2)
	for _number in range(3):
		inquiry(responsible_staff=frontline)
	worded = mock.Mock(wraps=owed.due_words)
	monkeypatch.setattr(owed, "due_words", worded)
	with as_user(frontline), clock_at("2026-11-24 10:30"):
		today = api.owed_work()["today"]
	assert (len(today["rows"]), today["more"]) == (2, 1)
	assert worded.call_count == 2, "what is not shown needs no words"


@pytest.mark.parametrize("seed", [1, 4])
def test_the_page_shows_what_a_list_shows(seed, log, make_user, clock_at, as_user):
	draw = random.Random(seed)
	users = [make_user(*draw.sample(ROLES, draw.randint(1, 2))) for _ in range(6)]
	records = [
		log(draw.choice(("Initial Inquiry", "Service Update", "Feedback/Complaint"))).name for _ in range(12)
	]
	for name in records:
		values = {
			"responsible_staff": draw.choice(users),
			"respond_by": "2026-11-24 12:00",
			"respond_status": "Running",
			"next_deadline": "2026-11-24 12:00",
			"clock_state": "Running",
		}
		frappe.db.set_value(INTERACTION, name, values)
	seen = 0
	for user in users:
		with as_user(user), clock_at("2026-11-24 10:30"):
			shown = set(names(api.owed_work()["today"]))
			own = {"name": ("in", records), "responsible_staff": user}
			assert shown == set(frappe.get_list(INTERACTION, own, pluck="name"))
			seen += len(shown)
	assert 0 < seen < len(records), "the cases say little"


# Several at once


def test_one_report_says_what_was_refused_and_why(inquiry, frontline, make_user, clock_at, as_user):
	agent = make_user("Customer Support")
	fine, acknowledged = (inquiry(responsible_staff=frontline).name for _ in range(2))
	hidden = inquiry("Feedback/Complaint", responsible_staff=agent).name
	with as_user(frontline), clock_at("2026-11-23 11:00"):
		api.acknowledge(acknowledged)
		done = api.act_on_interactions("acknowledge", [fine, acknowledged, hidden, "CI-none"])
		errors = {row["name"]: row.get("error") for row in done}
	assert errors.pop(fine) is None
	assert "already acknowledged" in errors[acknowledged]
	assert all(errors.values())
	assert not frappe.message_log
	assert frappe.db.get_value(INTERACTION, fine, "acknowledge_status") == "Met"
	assert frappe.db.get_value(INTERACTION, hidden, "acknowledge_status") == "Running"


@pytest.mark.clause("C-2")
def test_receipt_is_acknowledged_through_a_channel_that_is_checked_for_each(
	inquiry, frontline, make_client, clock_at, as_user, monkeypatch
):
	client = make_client("Bert Client", "bert@client.example")
	party = {"party_type": "Customer", "party": client.party}
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			**party,
			"channels": [{"channel": "Email"}],
		}
	).insert()
	by_email = inquiry(**party, responsible_staff=frontline).name
	any_way = inquiry(responsible_staff=frontline).name
	# The desk is asked for a reason; programs only leave a warning.
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api", headers={}), raising=False)
	with as_user(frontline), clock_at("2026-11-23 11:00"):
		refused, fine = api.act_on_interactions(
			"acknowledge", [by_email, any_way], "Told her", through="Phone"
		)
		reason = "Her mailbox is full"
		(again,) = api.act_on_interactions("acknowledge", [by_email], through="Phone", outgoing_reason=reason)
	assert "Email" in refused["error"] and "error" not in fine and "error" not in again
	assert "Phone: Told her" in [row.note for row in frappe.get_doc(INTERACTION, any_way).events]
	assert "Phone" in [row.note for row in frappe.get_doc(INTERACTION, by_email).events]


@pytest.mark.clause("R-2", "M-1")
def test_ten_are_reassigned_and_each_is_checked(inquiry, frontline, make_user, clock_at, as_user):
	supervisor, colleague = make_user("Customer Support Manager"), make_user("Frontline Staff")
	fine = [inquiry(responsible_staff=frontline).name for _ in range(3)]
	complaint = inquiry("Feedback/Complaint", responsible_staff=make_user("Customer Support")).name
	with as_user(supervisor), clock_at("2026-11-23 11:00"):
		done = api.act_on_interactions("assign", [*fine, complaint], note="Holiday", user=colleague)
	assert [row["name"] for row in done if "error" not in row] == fine
	for name in fine:
		doc = frappe.get_doc(INTERACTION, name)
		assert doc.responsible_staff == colleague
		assert doc.events[-1].event == "Reassigned" and "Holiday" in doc.events[-1].note
	assert frappe.db.get_value(INTERACTION, complaint, "responsible_staff") != colleague


def test_snoozing_and_closing_several(inquiry, frontline, clock_at, as_user):
	snoozed, closed = inquiry(responsible_staff=frontline).name, inquiry(responsible_staff=frontline).name
	with as_user(frontline), clock_at("2026-11-23 11:00"):
		assert api.act_on_interactions("snooze", [snoozed], note="Sends photos") == [{"name": snoozed}]
		(refused,) = api.act_on_interactions("close", [closed])
	assert "still waiting" in refused["error"]
	assert frappe.db.get_value(INTERACTION, snoozed, "clock_state") == "Paused"


@pytest.mark.clause("D-5", "M-1")
def test_several_get_another_level_and_each_is_checked(inquiry, frontline, make_user, clock_at, as_user):
	supervisor = make_user("Customer Support Manager")
	names = [
		inquiry(responsible_staff=supervisor, confidentiality_level="Confidential").name for _ in range(2)
	]
	with clock_at("2026-11-23 11:00"), as_user(supervisor):
		(refused, _other) = api.act_on_interactions("change_level", names, level="Standard")
		assert "reason" in refused["error"]
		done = api.act_on_interactions("change_level", names, note="Taken back", level="Standard")
	assert done == [{"name": name} for name in names]
	for name in names:
		doc = frappe.get_doc(INTERACTION, name)
		assert doc.confidentiality_level == "Standard"
		assert "Taken back" in [row.note for row in doc.events if row.event == "Level Changed"][-1]
	hidden = inquiry(responsible_staff=supervisor, confidentiality_level="Confidential").name
	with as_user(frontline):
		(refused,) = api.act_on_interactions("change_level", [hidden], note="Mine", level="Standard")
	assert "error" in refused


@pytest.mark.parametrize(
	("action", "values"), [("assign", {}), ("change_level", {}), ("snooze", {}), ("snooze", {"note": " "})]
)
def test_what_is_missing_is_said_before_anything_happens(inquiry, frontline, as_user, action, values):
	name = inquiry(responsible_staff=frontline).name
	with as_user(frontline), pytest.raises(MissingDetailsError):
		api.act_on_interactions(action, [name], **values)


@pytest.mark.parametrize(
	("action", "sent"), [("delete", []), ("close", "{"), ("close", [1]), ("close", ["x"] * 101)]
)
def test_nonsense_is_refused(frontline, as_user, action, sent):
	with as_user(frontline), pytest.raises(frappe.ValidationError):
		api.act_on_interactions(action, sent)


# Whose work one looks after


def test_the_team_are_those_with_the_same_role(make_user, as_user):
	agent, other = make_user("Customer Support"), make_user("Customer Support")
	frontline, manager = make_user("Frontline Staff"), make_user("Customer Support Manager")
	with as_user(agent):
		mine = set(api.my_team())
	assert {agent, other} <= mine and frontline not in mine
	assert {agent, other, frontline, manager} <= set(team.members(manager))


def test_who_reports_to_me_is_my_team(make_user):
	lead, report, other = (
		make_user("Frontline Staff"),
		make_user("Frontline Staff"),
		make_user("Frontline Staff"),
	)
	employees = {}
	for user in (lead, report):
		employees[user] = (
			frappe.get_doc(
				{
					"doctype": "Employee",
					"first_name": user,
					"gender": frappe.db.get_value("Gender", {}),
					"date_of_birth": "1990-01-01",
					"date_of_joining": "2020-01-01",
					"company": frappe.db.get_value("Company", {}),
					"user_id": user,
					"create_user_permission": 0,
					"reports_to": employees.get(lead),
				}
			)
			.insert(ignore_permissions=True)
			.name
		)
	assert team.members(lead) == sorted([lead, report])
	assert other in team.members(report)


def test_without_a_role_there_is_nothing_to_see(make_user, as_user):
	with as_user(make_user("Sales User")):
		for ask in (api.my_team, api.owed_work):
			with pytest.raises(frappe.PermissionError):
				ask()
