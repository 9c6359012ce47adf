"""When someone is reminded of a training, a review of a policy, a record to review or an inventory (D-6, R-2, T-1, T-2)."""

from datetime import date, timedelta

import pytest

from client_comms.rules.reminders import ON_THE_DAY, due

pytestmark = pytest.mark.clause("D-6", "R-2", "T-1", "T-2")

UNTIL = date(2026, 12, 31)


def sent(first, last, *, off=(), **options):
	"""The steps that are sent from one day to another if nothing runs on the days `off`."""
	found, before, day = [], None, first
	while day <= last:
		if day not in off and (step := due(day, UNTIL, before, **options)) is not None:
			found.append(step)
			before = day
		day += timedelta(days=1)
	return found


def test_they_come_at_their_days_and_then_weekly():
	assert sent(date(2026, 11, 1), date(2027, 1, 20)) == [-30, -7, -1, 0, 7, 14]


def test_a_day_on_which_nothing_ran_is_made_up_for():
	assert sent(date(2026, 11, 1), date(2027, 1, 20), off={UNTIL}) == [-30, -7, -1, 0, 7, 14]
	assert sent(date(2026, 11, 1), date(2027, 1, 20), off={date(2027, 1, 7)}) == [-30, -7, -1, 0, 7, 14]


def test_of_several_missed_ones_only_the_latest_comes():
	assert due(date(2026, 12, 28), UNTIL, None) == -7
	assert due(date(2026, 12, 29), UNTIL, date(2026, 12, 28)) is None
	assert due(date(2027, 1, 16), UNTIL, date(2026, 12, 28)) == 14


@pytest.mark.parametrize(
	("grace", "expected"),
	[(60, [-30, -7, -1, 0, 7]), (30, [-7, -1, 0, 7]), (14, [-7, -1, 0, 7]), (5, [-1, 0, 7]), (0, [7])],
)
def test_what_was_just_announced_is_not_reminded_of_the_day_after(grace, expected):
	"""The announcement is itself a reminder: steps up to its day are not repeated, however short the time is."""
	since = UNTIL - timedelta(days=grace)
	assert sent(since, date(2027, 1, 10), since=since) == expected


def test_what_has_no_steps_before_it_is_reminded_of_on_the_day():
	assert sent(date(2026, 11, 1), date(2027, 1, 20), at=ON_THE_DAY) == [0, 7, 14]
	off = {UNTIL, date(2027, 1, 1), date(2027, 1, 7)}
	assert sent(date(2026, 11, 1), date(2027, 1, 20), at=ON_THE_DAY, off=off) == [0, 7, 14]
