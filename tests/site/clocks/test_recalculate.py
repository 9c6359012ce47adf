"""Holidays, hours, priorities and companies: running clocks follow, what was judged stays (C-3, C-4)."""

from datetime import date, datetime

import frappe
import pytest

from client_comms import api, compat
from client_comms.client_interactions.clocks import sweep

pytestmark = pytest.mark.clause("C-3", "C-4")

INTERACTION = "Client Interaction"
FRIDAY = "2026-11-27 10:00"


@pytest.fixture(autouse=True)
def hours(set_calendar, clock_at):
	with clock_at("2026-11-16 09:00"):
		set_calendar(["09:00-17:00"])


@pytest.fixture
def inquiry(inquiry):
	return lambda *args, **fields: inquiry(*args, **{"responsible_staff": "Administrator", **fields})


@pytest.fixture
def close_on(clock_at):
	"""`close_on("2026-11-25", at="2026-11-24 12:00")` makes that day a holiday, and lets the sweep follow."""

	def change(day, at):
		with clock_at(at):
			holiday_list = current_holiday_list()
			holiday_list.append("holidays", {"holiday_date": day, "description": "Closed"})
			holiday_list.save()
			sweep.run()

	return change


def current_calendar():
	name = frappe.db.get_single_value("Client Comms Settings", "default_calendar")
	return frappe.get_doc("Response Calendar", name)


def current_holiday_list():
	return frappe.get_doc("Holiday List", current_calendar().holiday_list)


def dues(name):
	row = frappe.db.get_value(INTERACTION, name, ["acknowledge_by", "respond_by", "promised_for"])
	return tuple(value and f"{value:%d %H:%M}" for value in row)


def statuses(name):
	return frappe.db.get_value(INTERACTION, name, ["acknowledge_status", "respond_status", "breached"])


def moves(name):
	return frappe.get_all(
		"Interaction Event",
		{"parent": name, "event": "Deadlines Recomputed"},
		pluck="note",
		order_by="idx asc",
	)


# --- holidays and hours ----------------------------------------------------------------------------


def test_running_clocks_follow_a_new_holiday(inquiry, close_on):
	name = inquiry().name
	assert dues(name) == ("24 17:00", "25 17:00", None)
	close_on("2026-11-25", at="2026-11-24 12:00")
	assert dues(name) == ("24 17:00", "26 17:00", None)
	assert moves(name) == ["respond 2026-11-25 17:00:00 → 2026-11-26 17:00:00"]
	assert str(frappe.db.get_value(INTERACTION, name, "next_deadline")) == "2026-11-24 17:00:00"


@pytest.mark.skipif(not compat.is_version_16(), reason="ERPNext 15 has no half holidays")
def test_on_a_half_holiday_business_closes_halfway(inquiry, clock_at):
	name = inquiry().name
	with clock_at("2026-11-24 12:00"):
		holiday_list = current_holiday_list()
		half = {"holiday_date": "2026-11-25", "description": "Closed from noon", "is_half_day": 1}
		holiday_list.append("holidays", half)
		shown = api.simulate_deadlines(frappe.as_json(holiday_list.as_dict()))["moves"]
		holiday_list.save()
		sweep.run()
	assert ("respond", "2026-11-25 13:00:00") in {
		(move["clock"], move["after"]) for move in shown if move["interaction"] == name
	}
	assert dues(name) == ("24 17:00", "25 13:00", None)
	with clock_at("2026-11-25 14:00"):
		assert dues(inquiry(at="2026-11-25 13:30").name) == ("27 17:00", "30 17:00", None)
		holiday_list.reload()
		holiday_list.holidays[-1].is_half_day = 0
		holiday_list.save()
		sweep.run()
	assert statuses(name) == ("Breached", "Running", 1)
	assert dues(name) == ("24 17:00", "26 17:00", None)


def test_a_day_that_is_no_longer_a_holiday_moves_them_back(inquiry, close_on, clock_at):
	close_on("2026-11-25", at="2026-11-20 12:00")
	name = inquiry().name
	with clock_at("2026-11-24 12:00"):
		holiday_list = current_holiday_list()
		holiday_list.holidays = []
		holiday_list.save()
		sweep.run()
	assert dues(name) == ("24 17:00", "25 17:00", None)


def test_what_was_missed_stays_missed(inquiry, close_on, clock_at):
	name = inquiry().name
	with clock_at("2026-11-25 17:05"):
		sweep.run()
	assert statuses(name) == ("Breached", "Breached", 1)
	close_on("2026-11-24", at="2026-11-26 09:00")
	assert dues(name) == ("24 17:00", "25 17:00", None) and statuses(name) == ("Breached", "Breached", 1)
	with clock_at("2026-11-26 10:00"):
		api.answer(name)
	assert dues(name) == ("24 17:00", "25 17:00", None) and statuses(name) == ("Met Late", "Met Late", 1)
	assert moves(name) == []


def test_what_was_met_stays_met(inquiry, clock_at):
	"""Shorter hours afterwards do not make an answer in time a late one."""
	name = inquiry().name
	with clock_at("2026-11-24 16:30"):
		api.acknowledge(name)
	with clock_at("2026-11-25 16:30"):
		api.answer(name)
	with clock_at(FRIDAY):
		calendar = current_calendar()
		for row in calendar.hours:
			row.end_time = "12:00:00"
		calendar.save()
		sweep.run()
		doc = frappe.get_doc(INTERACTION, name)
		doc.summary = "Anna called again."
		doc.save()
	assert dues(name) == ("24 17:00", "25 17:00", None) and statuses(name) == ("Met", "Met", 0)


def test_earlier_rounds_stay_as_they_were_judged(inquiry, clock_at, close_on):
	name = inquiry().name
	with clock_at("2026-11-26 09:00"):
		api.answer(name)
	with clock_at(FRIDAY):
		frappe.get_doc(INTERACTION, name).record("Received")
	assert dues(name)[1] == "01 17:00"
	close_on("2026-11-25", at="2026-11-27 11:00")
	doc = frappe.get_doc(INTERACTION, name)
	(first,) = [clock for clock in doc.clocks("2026-11-27 12:00:00").history if clock.name == "respond"]
	assert (first.status, f"{first.due:%d %H:%M}", doc.breached) == ("Met Late", "25 17:00", 1)


def test_a_judgement_cannot_be_written_from_outside(inquiry, clock_at):
	name = inquiry().name
	with clock_at("2026-11-24 16:30"):
		doc = frappe.get_doc(INTERACTION, name)
		doc.events[0].judged = '[["respond", "2026-11-23T09:00:00+00:00", "2030-01-01T00:00:00+00:00"]]'
		with pytest.raises(frappe.ValidationError, match="history"):
			doc.save()


def test_paused_clocks_keep_their_time_and_run_on_by_the_new_hours(inquiry, clock_at, close_on):
	name = inquiry().name
	with clock_at("2026-11-24 16:00"):
		api.pause(name)
	close_on("2026-11-26", at="2026-11-25 09:00")
	with clock_at("2026-11-25 16:30"):
		api.resume(name)
	assert dues(name)[:2] == ("27 09:30", "30 09:30")


def test_a_change_that_moves_nothing_leaves_records_untouched(inquiry, close_on):
	doc = inquiry()
	close_on("2026-12-24", at="2026-11-23 12:00")
	assert frappe.db.get_value(INTERACTION, doc.name, "modified") == frappe.utils.get_datetime(doc.modified)
	assert moves(doc.name) == []
	assert str(frappe.db.get_value(INTERACTION, doc.name, "next_check_at")) > "2026-11-24 00:00"


def test_a_save_before_the_sweep_tells_of_the_move_as_well(inquiry, clock_at):
	name = inquiry().name
	with clock_at("2026-11-24 12:00"):
		holiday_list = current_holiday_list()
		holiday_list.append("holidays", {"holiday_date": "2026-11-25", "description": "Closed"})
		holiday_list.save()
		doc = frappe.get_doc(INTERACTION, name)
		doc.summary = "Anna called again."
		doc.save()
		sweep.run()
	assert moves(name) == ["respond 2026-11-25 17:00:00 → 2026-11-26 17:00:00"]


def test_another_default_calendar_moves_them(inquiry, clock_at, set_settings):
	name = inquiry().name
	with clock_at("2026-11-23 12:00"):
		late = frappe.copy_doc(current_calendar())
		late.calendar_name = "Long Days"
		for row in late.hours:
			row.end_time = "20:00:00"
		late.insert()
		set_settings(default_calendar=late.name)
		sweep.run()
	assert dues(name) == ("24 20:00", "25 20:00", None)


# --- calendar of a company -------------------------------------------------------------------------


def test_a_company_has_a_calendar_of_its_own(inquiry, clock_at):
	name = inquiry().name
	own = frappe.copy_doc(current_calendar())
	own.calendar_name = "Early Birds"
	own.company = frappe.db.get_value(INTERACTION, name, "company")
	for row in own.hours:
		row.start_time, row.end_time = "06:00:00", "14:00:00"
	with clock_at("2026-11-23 11:00"):
		own.insert()
		sweep.run()
	assert dues(name) == ("24 14:00", "25 14:00", None)
	assert dues(inquiry().name) == ("24 14:00", "25 14:00", None)
	with clock_at("2026-11-23 12:00"):
		own.delete()
		sweep.run()
	assert dues(name) == ("24 17:00", "25 17:00", None)


def test_a_company_has_one_calendar(inquiry):
	company = frappe.db.get_value("Company", {})
	for number in (1, 2):
		own = frappe.copy_doc(current_calendar())
		own.update({"calendar_name": f"Own {number}", "company": company})
		if number == 1:
			own.insert()
		else:
			with pytest.raises(frappe.ValidationError, match="Own 1"):
				own.insert()


# --- preview ---------------------------------------------------------------------------------------


def preview(holiday, user, as_user, clock_at, at="2026-11-24 12:00"):
	doc = current_holiday_list().as_dict(convert_dates_to_str=True)
	doc.holidays.append({"doctype": "Holiday", "holiday_date": holiday, "description": "Closed"})
	with clock_at(at), as_user(user):
		return api.simulate_deadlines(frappe.as_json(doc))


def test_the_preview_tells_what_would_move_and_moves_nothing(inquiry, clock_at, as_user):
	name = inquiry().name
	with clock_at("2026-11-24 11:00"):
		api.acknowledge(name)
	result = preview("2026-11-25", "Administrator", as_user, clock_at)
	assert {
		"interaction": name,
		"subject": "Solar roof",
		"clock": "respond",
		"before": "2026-11-25 17:00:00",
		"after": "2026-11-26 17:00:00",
	} in result["moves"]
	assert dues(name) == ("24 17:00", "25 17:00", None) and moves(name) == []
	assert not preview("2026-12-24", "Administrator", as_user, clock_at)["moves"]


def test_the_preview_shows_no_one_what_they_may_not_read(inquiry, make_user, as_user, clock_at):
	seen, hidden = inquiry().name, inquiry("Feedback/Complaint").name
	clerk = make_user("Frontline Staff", "HR Manager")
	result = preview("2026-11-25", clerk, as_user, clock_at)
	shown = {move["interaction"] for move in result["moves"]}
	assert seen in shown and hidden not in shown and result["hidden"] >= 1
	stranger = preview("2026-11-25", make_user("HR Manager"), as_user, clock_at)
	assert stranger["moves"] == [] and stranger["hidden"] >= 2


def test_the_preview_is_for_those_who_may_change_the_list(make_user, as_user, clock_at):
	with pytest.raises(frappe.PermissionError):
		preview("2026-11-25", make_user("Frontline Staff"), as_user, clock_at)


def test_the_preview_of_hours(inquiry, clock_at):
	name = inquiry().name
	doc = current_calendar().as_dict(convert_dates_to_str=True)
	for row in doc.hours:
		row["end_time"] = "12:00:00"
	with clock_at("2026-11-23 12:30"):
		moved = [move for move in api.simulate_deadlines(doc)["moves"] if move["interaction"] == name]
	assert [(move["clock"], move["after"]) for move in moved] == [
		("acknowledge", "2026-11-24 12:00:00"),
		("respond", "2026-11-25 12:00:00"),
	]


def test_the_preview_refuses_impossible_hours_in_words():
	doc = current_calendar().as_dict(convert_dates_to_str=True)
	doc.hours[0]["end_time"] = "08:00:00"
	with pytest.raises(frappe.ValidationError, match="choose a later end"):
		api.simulate_deadlines(doc)
	with pytest.raises(frappe.ValidationError, match="Choose one of these"):
		api.simulate_deadlines({"doctype": "User"})


def test_the_preview_asks_a_few_questions_whatever_the_number(inquiry, as_user, clock_at, monkeypatch):
	for minute in range(6):
		inquiry(at=f"2026-11-23 10:0{minute}")
	preview("2026-11-25", "Administrator", as_user, clock_at)
	queries, real = [], frappe.db.sql
	monkeypatch.setattr(
		frappe.db, "sql", lambda query, *a, **k: queries.append(str(query)) or real(query, *a, **k)
	)
	preview("2026-11-25", "Administrator", as_user, clock_at)
	assert len([query for query in queries if "Interaction" in query]) <= 3


# --- priority --------------------------------------------------------------------------------------


@pytest.fixture
def urgent():
	"""A matrix in which urgent inquiries are acknowledged the same day and answered the next."""
	priority = frappe.get_doc({"doctype": "Issue Priority", "__newname": "Test Urgent"}).insert().name
	matrix = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"docstatus": 1}))
	matrix.update({"version_label": "Test", "effective_from": "2026-01-01 00:00:00", "company": ""})
	days = {"acknowledge_within_days": 0.5, "respond_within_days": 1}
	matrix.append("priorities", {"communication_type": "Initial Inquiry", "priority": priority, **days})
	matrix.insert()
	matrix.submit()
	return priority


def test_a_priority_has_deadlines_of_its_own(inquiry, urgent):
	assert dues(inquiry(priority=urgent).name) == ("24 17:00", "24 17:00", None)
	assert dues(inquiry().name) == ("24 17:00", "25 17:00", None)
	other = frappe.get_doc({"doctype": "Issue Priority", "__newname": "Test Other"}).insert().name
	assert dues(inquiry(priority=other).name) == ("24 17:00", "25 17:00", None)


def test_running_clocks_follow_a_change_of_priority(inquiry, urgent, clock_at):
	name = inquiry().name
	with clock_at("2026-11-23 12:00"):
		doc = frappe.get_doc(INTERACTION, name)
		doc.priority = urgent
		doc.save()
	assert dues(name) == ("24 17:00", "24 17:00", None)
	assert frappe.get_all(
		"Interaction Event", {"parent": name, "event": "Priority Changed"}, pluck="note"
	) == [f"– → {urgent}"]
	assert moves(name) == []


def test_a_clock_that_was_met_keeps_its_due_when_the_priority_changes(inquiry, urgent, clock_at):
	name = inquiry().name
	with clock_at("2026-11-25 12:00"):
		api.answer(name)
		doc = frappe.get_doc(INTERACTION, name)
		doc.priority = urgent
		doc.save()
	assert statuses(name)[1] == "Met" and dues(name)[1] == "25 17:00"


def test_an_interaction_has_the_priority_of_its_issue_and_follows_it(urgent, clock_at):
	with clock_at("2026-11-23 10:00"):
		issue = frappe.get_doc(
			{"doctype": "Issue", "subject": "Roof", "raised_by": "anna@client.example", "priority": urgent}
		).insert()
	name = frappe.db.get_value(INTERACTION, {"reference_name": issue.name})
	assert frappe.db.get_value(INTERACTION, name, "priority") == urgent
	with clock_at("2026-11-23 11:00"):
		issue.reload()
		issue.priority = None
		issue.save()
	assert not frappe.db.get_value(INTERACTION, name, "priority")
	assert dues(name) == ("24 17:00", "25 17:00", None)


@pytest.mark.parametrize(
	("rows", "complaint"),
	[
		([("Initial Inquiry", 1, 2), ("Initial Inquiry", 1, 3)], "already"),
		([("Initial Inquiry", 3, 2)], "acknowledged after it is answered"),
	],
)
def test_deadlines_by_priority_that_contradict_themselves_are_refused(urgent, rows, complaint):
	matrix = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"version_label": "Test"}))
	matrix.priorities = []
	for kind, acknowledge, respond in rows:
		days = {"acknowledge_within_days": acknowledge, "respond_within_days": respond}
		matrix.append("priorities", {"communication_type": kind, "priority": urgent, **days})
	with pytest.raises(frappe.ValidationError, match=complaint):
		matrix.insert()


def test_the_simulation_compares_deadlines_of_priorities(inquiry, urgent):
	inquiry(priority=urgent)
	matrix = frappe.get_last_doc("Communication Matrix", {"version_label": "Test"})
	draft = frappe.copy_doc(matrix)
	draft.priorities = []
	draft.update({"version_label": "Test 2", "docstatus": 0})  # in tests, Frappe copies the status
	draft.insert()
	changes = api.simulate_matrix(draft.name)["deadline_changes"]
	assert {
		"communication_type": "Initial Inquiry",
		"from": [0.5, 1.0],
		"to": [1.0, 2.0],
		"records": 1,
	} in changes
	assert not [
		row for row in api.simulate_matrix(matrix.name)["deadline_changes"] if row["from"] == [0.5, 1.0]
	]


def test_the_simulation_names_changed_parties_and_documentation(inquiry):
	inquiry()
	matrix = frappe.get_last_doc("Communication Matrix", {"docstatus": 1})
	draft = frappe.copy_doc(matrix)
	draft.update({"version_label": "Another", "docstatus": 0})  # in tests, Frappe copies the status
	kind = {"communication_type": "Initial Inquiry"}
	draft.append("parties", {**kind, "party": "Role", "role": "Account Manager"})
	draft.append("documentation", {**kind, "documentation_method": "Meeting Notes", "channel": "Meeting"})
	draft.insert()
	found = api.simulate_matrix(draft.name)
	for change, added in (
		("party_changes", "Account Manager"),
		("documentation_changes", "Meeting: Meeting Notes"),
	):
		(row,) = (row for row in found[change] if row["communication_type"] == "Initial Inquiry")
		assert {*row["to"]} - {*row["from"]} == {added} and row["records"] >= 1
	assert api.simulate_matrix(matrix.name)["party_changes"] == []


def test_the_simulation_of_a_version_for_all_leaves_out_companies_with_their_own(inquiry):
	inquiry()
	matrix = frappe.get_last_doc("Communication Matrix", {"docstatus": 1})
	assert not matrix.company
	before = api.simulate_matrix(matrix.name)["checked"]
	company = frappe.db.get_value("Client Interaction", {}, "company")
	own = frappe.copy_doc(matrix)
	own.update({"version_label": "Own", "company": company, "docstatus": 0})
	own.flags.shipped = True
	own.insert().submit()
	assert before > api.simulate_matrix(matrix.name)["checked"] == 0


def test_the_simulation_takes_a_date(inquiry):
	inquiry()
	matrix = frappe.get_last_doc("Communication Matrix", {"docstatus": 1})
	assert api.simulate_matrix(matrix.name, since=date(2020, 1, 1))["checked"]
	assert not api.simulate_matrix(matrix.name, since=datetime(2090, 1, 1))["checked"]
