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


@pytest.mark.clause("R-2", "R-3", "F-3")
def test_what_was_missed_is_made_up_for_oldest_first():
	today = date(2026, 11, 24)
	october = (date(2026, 10, 1), date(2026, 10, 31))
	assert missed("Monthly", None, today) == [october]
	assert missed("Monthly", date(2026, 10, 31), today) == [october]
	assert missed("Monthly", date(2026, 8, 31), today) == [(date(2026, 9, 1), date(2026, 9, 30)), october]
	assert missed("Monthly", date(2026, 8, 15), today)[0] == (date(2026, 9, 1), date(2026, 9, 30)), (
		"not twice"
	)
	assert len(missed("Weekly", date(2020, 1, 1), today)) == MOST
