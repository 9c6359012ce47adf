"""For which days holidays are known, compared with looking at each day (C-3, C-4)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.business_hours import Window
from client_comms.rules.holiday_coverage import begins_after, known_until
from client_comms.rules.working_time import WorkingCalendar

pytestmark = pytest.mark.clause("C-3", "C-4")

TODAY = date(2026, 12, 30)
DAYS = st.integers(-20, 20).map(lambda n: TODAY + timedelta(days=n))
SPANS = st.lists(st.tuples(DAYS, DAYS).map(lambda pair: tuple(sorted(pair))), max_size=4)


@given(SPANS)
def test_known_until_the_first_day_that_no_list_covers(spans):
	day = TODAY
	while any(first <= day <= last for first, last in spans):
		day += timedelta(days=1)
	assert known_until(spans, TODAY) == (day - timedelta(days=1) if day > TODAY else None)


@given(SPANS)
def test_the_next_list(spans):
	later = sorted(first for first, _last in spans if first > TODAY)
	assert begins_after(spans, TODAY) == (later[0] if later else None)


def test_the_turn_of_the_year():
	this_year, next_year = (
		(date(2026, 1, 1), date(2026, 12, 31)),
		(date(2027, 1, 1), date(2027, 12, 31)),
	)
	assert known_until([this_year], TODAY) == date(2026, 12, 31)
	assert known_until([next_year], TODAY) is None and begins_after([next_year], TODAY) == date(2027, 1, 1)
	assert known_until([next_year, this_year], TODAY) == date(2027, 12, 31)


@given(st.lists(st.lists(DAYS), max_size=3), st.lists(DAYS), st.integers(0, 12))
def test_the_days_of_several_lists_are_those_of_one(lists, half, days):
	windows = [Window(weekday, *hours) for weekday in range(5) for hours in [_hours()]]
	several = WorkingCalendar(
		"Europe/Berlin", windows, [day for each in lists for day in each], half_holidays=half
	)
	one = WorkingCalendar(
		"Europe/Berlin", windows, set().union(*lists), half_holidays=set(half).difference(*lists)
	)
	start = several.start_of(TODAY)
	assert several.deadline(start, days) == one.deadline(start, days)


def _hours():
	from datetime import time

	return time(9), time(17)
