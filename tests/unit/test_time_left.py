"""How long until a deadline, in the words of people at work (clauses C-3 and C-4)."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from client_comms.rules.business_hours import Window
from client_comms.rules.time_left import BUSINESS_DAYS, HOURS, MINUTES, TimeLeft, time_left
from client_comms.rules.working_time import WorkingCalendar

pytestmark = pytest.mark.clause("C-3", "C-4")

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = WorkingCalendar(
	"Europe/Berlin",
	[Window(weekday, time(9), time(17)) for weekday in range(5)],
	[date(2026, 12, 24), date(2026, 12, 25)],
)


def berlin(text):
	return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
	("now", "due", "late", "count", "unit"),
	[
		("2026-11-26 10:00", "2026-11-27 17:00", False, 1, BUSINESS_DAYS),  # Thursday to Friday
		("2026-11-27 10:00", "2026-11-30 17:00", False, 1, BUSINESS_DAYS),  # over a weekend
		("2026-12-23 10:00", "2026-12-29 17:00", False, 2, BUSINESS_DAYS),  # over Christmas
		("2026-11-26 10:00", "2026-11-26 17:00", False, 7, HOURS),
		("2026-11-26 07:00", "2026-11-26 17:00", False, 8, HOURS),  # before opening: working time
		("2026-11-26 16:30", "2026-11-26 17:00", False, 30, MINUTES),
		("2026-11-26 16:59:50", "2026-11-26 17:00", False, 1, MINUTES),
		("2026-11-26 18:00", "2026-11-26 20:00", False, 2, HOURS),  # a promise for the evening
		("2026-11-28 10:00", "2026-11-29 10:00", False, 24, HOURS),  # one for a Sunday
		("2026-11-27 10:00", "2026-11-26 17:00", True, 1, BUSINESS_DAYS),
		("2026-11-30 10:00", "2026-11-26 17:00", True, 2, BUSINESS_DAYS),
		("2026-11-26 16:00", "2026-11-26 12:00", True, 4, HOURS),
		("2026-11-28 12:00", "2026-11-27 17:00", True, 19, HOURS),  # no business day has passed yet
	],
)
def test_time_left(now, due, late, count, unit):
	assert time_left(OFFICE, berlin(now), berlin(due)) == TimeLeft(late, count, unit)


def test_both_directions_count_the_same_days():
	a, b = berlin("2026-12-21 12:00"), berlin("2027-01-05 12:00")
	ahead, behind = time_left(OFFICE, a, b), time_left(OFFICE, b, a)
	assert (ahead.count, ahead.late, behind.late) == (behind.count, False, True)
	assert ahead.count == 9  # of eleven weekdays, two are holidays
