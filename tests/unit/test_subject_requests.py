"""The deadline of a client's request (P-2)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from client_comms.rules.business_hours import Window
from client_comms.rules.subject_requests import due
from client_comms.rules.working_time import WorkingCalendar

pytestmark = pytest.mark.clause("P-2")
BERLIN = ZoneInfo("Europe/Berlin")


def calendar(*holidays):
	from datetime import time

	return WorkingCalendar("Europe/Berlin", [Window(day, time(9), time(17)) for day in range(5)], holidays)


@pytest.mark.parametrize(
	("received", "months", "expected"),
	[
		(datetime(2026, 11, 23, 10), 1, datetime(2026, 12, 23, 17)),
		(datetime(2026, 11, 26, 10), 1, datetime(2026, 12, 28, 17)),  # a Saturday
		(datetime(2026, 1, 30, 10), 1, datetime(2026, 3, 2, 17)),  # February ends on a Saturday
		(datetime(2026, 11, 23, 23), 3, datetime(2027, 2, 23, 17)),
	],
)
def test_a_month_ends_with_a_business_day(received, months, expected):
	assert due(received.replace(tzinfo=BERLIN), months, calendar()) == expected.replace(tzinfo=BERLIN)


def test_a_holiday_moves_it():
	found = due(datetime(2026, 11, 23, 10, tzinfo=BERLIN), 1, calendar(date(2026, 12, 23)))
	assert found == datetime(2026, 12, 24, 17, tzinfo=BERLIN)
