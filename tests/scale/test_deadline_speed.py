"""A deadline is computed in a fraction of the time that ERPNext's Service Level Agreement takes (C-3, C-4)."""

import statistics
import time
from datetime import datetime, timedelta

import frappe
import pytest

pytestmark = pytest.mark.clause("C-3", "C-4")

ROUNDS = 101
START = datetime(2026, 11, 23, 10, 0)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


@pytest.fixture(scope="module")
def calendars(site):
	"""The same hours and holidays for both: (working calendar of the rules, what ERPNext reads of an agreement)."""
	from client_comms.communication_governance import calendars as adapter

	hours = [{"weekday": day, "start_time": "09:00:00", "end_time": "17:00:00"} for day in DAYS]
	holiday_list = site.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "Scale",
			"from_date": "2026-01-01",
			"to_date": "2028-12-31",
			"holidays": [
				{"holiday_date": f"{year}-{day}", "description": "Closed"}
				for year in (2026, 2027, 2028)
				for day in ("01-01", "05-01", "10-03", "12-24", "12-25", "12-26")
			],
		}
	)
	holiday_list.flags.ignore_permissions = True
	holiday_list.insert()
	calendar = adapter.build(
		site.get_doc(
			{
				"doctype": "Response Calendar",
				"time_zone": "Europe/Berlin",
				"counting": "Working Hours",
				"holiday_list": holiday_list.name,
				"hours": hours,
			}
		)
	)
	agreement = frappe._dict(
		holiday_list=holiday_list.name,
		support_and_resolution=[
			frappe._dict(workday=day, start_time=timedelta(hours=9), end_time=timedelta(hours=17))
			for day in DAYS
		],
	)
	yield calendar, agreement
	site.db.rollback()


def theirs(agreement, start, business_days):
	from erpnext.support.doctype.service_level_agreement import service_level_agreement as sla

	allotted = frappe._dict(agreement, response_time=business_days * 8 * 3600)
	return sla.get_expected_time_for("response", allotted, start)


def ours(calendar, start, business_days):
	return calendar.deadline(start.replace(tzinfo=calendar.zone), business_days)


def seconds(compute, *arguments) -> float:
	began = time.perf_counter()
	compute(*arguments)
	return time.perf_counter() - began


def ratio(calendars, business_days) -> float:
	"""How many times as long theirs takes, for days that neither has computed before; the median of their ratios."""
	calendar, agreement = calendars
	ours(calendar, START, business_days)  # the changes of the clocks in those years are looked up once
	ratios = []
	for day in range(1, ROUNDS + 1):
		start = START + timedelta(days=day)
		ratios.append(
			seconds(theirs, agreement, start, business_days) / seconds(ours, calendar, start, business_days)
		)
	print(f"{business_days} business days: ERPNext takes {statistics.median(ratios):.1f} times as long")
	return statistics.median(ratios)


@pytest.mark.parametrize("business_days", [2, 250])
def test_both_give_the_same_deadline(calendars, business_days):
	calendar, agreement = calendars
	assert ours(calendar, START, business_days).replace(tzinfo=None) == theirs(
		agreement, START, business_days
	)


def test_250_business_days_at_least_50_times_faster(calendars):
	assert ratio(calendars, 250) >= 50


def test_2_business_days_no_slower(calendars):
	assert ratio(calendars, 2) >= 1
