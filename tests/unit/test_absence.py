"""Who is back when, and whose turn it is, worked out by hand (F-2)."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from client_comms.rules.absence import Absence, Candidate, back_at, in_turn, is_back_in_time, of_days

pytestmark = pytest.mark.clause("F-2")

MONDAY = datetime(2026, 11, 23)


def at(day, hour=0):
	"""Day 0 is a Monday."""
	return MONDAY + timedelta(days=day, hours=hour)


def opens(moment):
	"""Monday to Friday, 9 to 17."""
	while moment.weekday() > 4 or moment.hour >= 17:
		moment = (moment + timedelta(days=1)).replace(hour=0, minute=0)
	return moment if moment.hour >= 9 else moment.replace(hour=9)


def day(number):
	return (MONDAY + timedelta(days=number)).date()


WEEK = of_days(day(0), day(4))


@pytest.mark.parametrize(
	"absences, holidays, now, back",
	[
		([], [], at(0, 10), None),
		([WEEK], [], at(0, 10), at(7, 9)),  # back on the Monday after
		([WEEK], [], at(-2, 10), at(7, 9)),  # on the Saturday before, no one is there anyway
		([WEEK], [], at(-3, 16), None),  # on the Friday before, still there
		([WEEK, of_days(day(7), day(8))], [], at(1, 10), at(9, 9)),  # a weekend between two absences
		([of_days(day(0), day(0), until_noon=True)], [], at(0, 10), at(0, 12)),
		([of_days(day(0), day(0), from_noon=True)], [], at(0, 10), None),
		([of_days(day(0), day(0), from_noon=True)], [], at(0, 12), at(1, 9)),
		([], [day(4)], at(4, 10), at(7, 9)),  # does not work on Fridays
		([of_days(day(1), day(3))], [day(4)], at(1, 10), at(7, 9)),
		([of_days(day(1), day(3))], [day(4)], at(3, 17), at(7, 9)),  # after hours on the last day
	],
)
def test_when_someone_is_back(absences, holidays, now, back):
	assert back_at(absences, holidays, now, opens) == back


def test_absences_without_end_are_not_followed_for_ever():
	always = Absence(datetime(2000, 1, 1), datetime(2100, 1, 1))
	assert back_at([always], {date(2100, 1, 1)}, at(0), opens) == datetime(2100, 1, 4, 9)


def test_who_is_back_in_time():
	assert is_back_in_time(None, None) and is_back_in_time(None, at(0))
	assert is_back_in_time(at(1), at(2)) and not is_back_in_time(at(2), at(2))
	assert not is_back_in_time(at(1), None), "someone else can take it"


def test_equal_shares_take_turns():
	assert in_turn(
		[Candidate("b", (2,)), Candidate("a", (3,)), Candidate("d"), Candidate("c", (1,), recent=9)]
	) == ["d", "c", "b", "a"]


def test_no_share_and_enough_open_ones_get_nothing():
	assert in_turn(
		[Candidate("a", weight=0), Candidate("b", open=3, most_open=3), Candidate("c", open=3, most_open=4)]
	) == ["c"]


def test_shares_are_kept_over_many_turns():
	weights = {"full": 100, "half": 50, "quarter": 25}
	got = Counter()
	for _number in range(700):
		got[in_turn(Candidate(user, recent=got[user], weight=w) for user, w in weights.items())[0]] += 1
	assert (got["full"], got["half"], got["quarter"]) == (400, 200, 100)
