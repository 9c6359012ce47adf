"""The latest whole period of reviews (F-3, R-2)."""

from datetime import date, timedelta

import pytest

from client_comms.rules.periods import MOST, latest_whole, missed

pytestmark = pytest.mark.clause("F-3", "R-2")


@pytest.mark.parametrize(
	("period", "today", "expected"),
	[
		("Weekly", date(2026, 11, 25), (date(2026, 11, 16), date(2026, 11, 22))),
		("Monthly", date(2026, 11, 25), (date(2026, 10, 1), date(2026, 10, 31))),
		("Monthly", date(2027, 1, 1), (date(2026, 12, 1), date(2026, 12, 31))),
		("Quarterly", date(2026, 11, 25), (date(2026, 7, 1), date(2026, 9, 30))),
		("Quarterly", date(2027, 1, 1), (date(2026, 10, 1), date(2026, 12, 31))),
		("Half-Yearly", date(2026, 11, 25), (date(2026, 1, 1), date(2026, 6, 30))),
		("Half-Yearly", date(2027, 1, 1), (date(2026, 7, 1), date(2026, 12, 31))),
		("Yearly", date(2026, 11, 25), (date(2025, 1, 1), date(2025, 12, 31))),
	],
)
def test_the_latest_whole_period(period, today, expected):
	assert latest_whole(period, today) == expected


@pytest.mark.parametrize("period", ["Weekly", "Monthly", "Quarterly", "Half-Yearly", "Yearly"])
def test_periods_follow_each_other_without_a_gap(period):
	"""On each day the period is over, and when it changes, it follows the one before."""
	before, day = latest_whole(period, date(2024, 1, 1)), date(2024, 1, 1)
	while day < date(2027, 1, 2):
		begin, end = latest_whole(period, day)
		assert begin <= end < day
		if (begin, end) != before:
			assert begin == before[1] + timedelta(days=1) and end == day - timedelta(days=1)
			before = begin, end
		day += timedelta(days=1)


def month(number):
	return date(2026, number, 1), date(2026, number + 1, 1) - timedelta(days=1)


TODAY = date(2026, 11, 24)


@pytest.mark.clause("R-2", "R-3", "F-3")
@pytest.mark.parametrize(
	("made", "expected"),
	[
		([], [10]),
		([10], []),
		([8], [9, 10]),
		([8, 10], [9]),
		([7, 9], [8, 10]),
	],
)
def test_what_was_missed_is_made_up_for_oldest_first(made, expected):
	"""Also what could not be made while a later one could."""
	assert missed("Monthly", [*map(month, made)], TODAY) == [*map(month, expected)]


@pytest.mark.clause("R-2", "R-3", "F-3")
def test_what_begins_before_the_first_one_ended_is_not_made_up_for():
	first = (date(2026, 8, 1), date(2026, 8, 15))
	assert missed("Monthly", [first], TODAY) == [month(9), month(10)]


@pytest.mark.clause("R-2", "R-3", "F-3")
def test_only_the_latest_are_made_up_for():
	first = (date(2020, 1, 6), date(2020, 1, 12))
	assert len(missed("Weekly", [first], TODAY)) == MOST
