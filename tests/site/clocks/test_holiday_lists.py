"""Holiday lists of several years: deadlines across the turn of the year, and word of it in time (C-3, C-4)."""

import frappe
import pytest

from client_comms import api, health_setup
from client_comms.client_interactions.clocks import sweep
from client_comms.communication_governance import calendars, holidays
from client_comms.policy_changes import exchange

pytestmark = pytest.mark.clause("C-3", "C-4")

INTERACTION = "Client Interaction"
WEDNESDAY = "2026-12-30 10:00"


@pytest.fixture(autouse=True)
def hours(set_calendar, clock_at):
	with clock_at("2026-11-16 09:00"):
		set_calendar(["09:00-17:00"], holidays=["2026-12-31"])


@pytest.fixture
def next_year():
	return frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": f"Next {frappe.generate_hash(length=8)}",
			"from_date": "2027-01-01",
			"to_date": "2027-12-31",
			"holidays": [{"holiday_date": "2027-01-01", "description": "New Year"}],
		}
	).insert()


def current_calendar():
	return frappe.get_doc(
		"Response Calendar", frappe.db.get_single_value("Client Comms Settings", "default_calendar")
	)


def add(holiday_list):
	calendar = current_calendar()
	calendar.append("further_holiday_lists", {"holiday_list": holiday_list.name})
	calendar.save()
	sweep.run()
	return calendar


def dues(name):
	row = frappe.db.get_value(INTERACTION, name, ["acknowledge_by", "respond_by"])
	return tuple(f"{value:%Y-%m-%d %H:%M}" for value in row)


def test_the_holidays_of_all_lists_count(inquiry, clock_at, next_year):
	with clock_at(WEDNESDAY):
		name = inquiry(at=WEDNESDAY, responsible_staff="Administrator").name
		assert dues(name) == ("2027-01-01 17:00", "2027-01-04 17:00")
		doc = current_calendar()
		doc.append("further_holiday_lists", {"holiday_list": next_year.name})
		shown = api.simulate_deadlines(doc.as_dict(convert_dates_to_str=True))
		assert ("respond", "2027-01-05 17:00:00") in {
			(move["clock"], move["after"]) for move in shown["moves"] if move["interaction"] == name
		}
		assert shown["missing"] == []
		add(next_year)
		assert dues(name) == ("2027-01-04 17:00", "2027-01-05 17:00")


def test_clocks_follow_a_further_list(inquiry, clock_at, next_year):
	with clock_at(WEDNESDAY):
		add(next_year)
		name = inquiry(at=WEDNESDAY, responsible_staff="Administrator").name
		next_year.append("holidays", {"holiday_date": "2027-01-04", "description": "Closed"})
		shown = api.simulate_deadlines(next_year.as_dict(convert_dates_to_str=True))["moves"]
		assert ("respond", "2027-01-06 17:00:00") in {
			(move["clock"], move["after"]) for move in shown if move["interaction"] == name
		}
		next_year.save()
		sweep.run()
	assert dues(name) == ("2027-01-05 17:00", "2027-01-06 17:00")


def test_health_says_so_before_the_list_ends(clock_at, next_year):
	with clock_at("2026-12-01 09:00"):
		assert health_setup.holidays().ok
	with clock_at("2026-12-02 09:00"):
		(fault,) = health_setup.holidays().faults
		assert "Further Holiday Lists" in fault and current_calendar().holiday_list in fault
		add(next_year)
		line = health_setup.holidays()
		assert line.ok and "2027" in line.text


def test_health_and_the_preview_say_so_if_the_list_of_this_year_is_replaced(clock_at, next_year):
	with clock_at(WEDNESDAY):
		calendar = current_calendar()
		calendar.holiday_list = next_year.name
		(told,) = api.simulate_deadlines(calendar.as_dict(convert_dates_to_str=True))["missing"]
		assert "known only from" in told and calendar.name in told
		calendar.save()
		line = health_setup.holidays()
		assert line.faults == (told,) and "Not known today" in line.text


def test_the_longest_deadline_counts(clock_at, monkeypatch):
	with clock_at("2026-11-16 09:00"):
		assert holidays.missing(current_calendar()) == ""
		frappe.db.set_value(
			"Communication Matrix Rule",
			{"docstatus": 1, "respond_within_days": (">", 0)},
			"respond_within_days",
			40,
		)
		assert "known only until" in holidays.missing(current_calendar())


def test_a_list_in_a_file_of_the_policy(next_year):
	calendar = add(next_year)
	exported = exchange.export()["documents"]["Response Calendar"][calendar.name]
	assert exported["further_holiday_lists"] == [{"holiday_list": next_year.name}]
	calendar.further_holiday_lists = []
	calendar.save()
	document = {
		**{key: value for key, value in exchange.export().items() if key != "documents"},
		"documents": {"Response Calendar": {calendar.name: exported}},
	}
	assert exchange.preview(document)["changes"][0]["name"] == calendar.name
	exchange.apply(document)
	assert calendars.with_list(next_year.name) == [calendar.name]
