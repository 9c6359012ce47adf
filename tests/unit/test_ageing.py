"""Buckets of deadlines in working days (C-3, C-4)."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import ageing
from client_comms.rules.business_hours import Window
from client_comms.rules.messages import RuleError
from client_comms.rules.working_time import WorkingCalendar

pytestmark = pytest.mark.clause("C-3", "C-4")

BERLIN = ZoneInfo("Europe/Berlin")


def calendar(*hours, holidays=()):
	hours = hours or ((9, 17),)
	return WorkingCalendar(
		"Europe/Berlin",
		[Window(day, time(a), time(b)) for day in range(5) for a, b in hours],
		holidays,
	)


def at(text):
	return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=BERLIN)


def bucket_of(buckets, deadline):
	(found,) = [
		each.key
		for each in buckets
		if (each.start is None or each.start <= deadline) and (each.end is None or deadline < each.end)
	]
	return found


# Now is Wednesday 25 November, 10:00; 1 and 5 working days of 8 hours.
@pytest.mark.parametrize(
	("deadline", "key"),
	[
		("25 09:59", "overdue_0"),
		("24 10:00", "overdue_0"),  # exactly one working day
		("24 09:59", "overdue_1"),
		("18 10:00", "overdue_1"),
		("18 09:59", "overdue_2"),
		("25 10:00", "due_0"),  # due, not overdue
		("26 10:00", "due_0"),
		("26 10:01", "due_1"),
		("28 12:00", "due_1"),  # a Saturday
	],
)
def test_a_deadline_falls_into_the_bucket_of_its_working_days(deadline, key):
	day, hour = deadline.split()
	buckets = ageing.buckets((1, 5), calendar(), at("25T10:00"))
	assert bucket_of(buckets, at(f"{day}T{hour}")) == key


def test_a_weekend_and_a_holiday_do_not_age():
	friday = at("20T17:00")
	monday = at("23T09:00")
	assert bucket_of(ageing.buckets((1, 5), calendar(), monday), friday) == "overdue_0"
	tuesday = at("24T17:00")
	ordinary = ageing.buckets((1, 5), calendar(), tuesday)
	with_holiday = ageing.buckets((1, 5), calendar(holidays=[date(2026, 11, 23)]), tuesday)
	assert bucket_of(ordinary, friday) == "overdue_1"
	assert bucket_of(with_holiday, friday) == "overdue_0"


@given(
	minutes=st.integers(-60 * 24 * 40, 60 * 24 * 40),
	now=st.integers(0, 60 * 24 * 14),
	days=st.lists(st.sampled_from([0.5, 1, 2, 5, 10]), min_size=1, max_size=3, unique=True).map(sorted),
)
def test_every_deadline_is_in_the_one_bucket_that_its_working_time_says(minutes, now, days):
	hours = calendar((9, 12), (13, 17))
	now = (at("16T00:00") + timedelta(minutes=now)).astimezone(timezone.utc)
	deadline = now + timedelta(minutes=minutes)
	number = 0
	if deadline < now:
		late = hours.working_seconds(deadline, now)
		number = sum(late > day * hours.mean_day_seconds for day in days)
		wanted = f"overdue_{number}"
	else:
		left = hours.working_seconds(now, deadline)
		# Outside hours nothing elapses: what is due then is due as late as it can be.
		number = sum(deadline > hours.add_working_seconds(now, day * hours.mean_day_seconds) for day in days)
		assert number >= sum(left > day * hours.mean_day_seconds for day in days)
		wanted = f"due_{number}"
	assert bucket_of(ageing.buckets(days, hours, now), deadline) == wanted


@pytest.mark.parametrize("days", [(), (5, 1), (1, 1), (0, 1), (-1,)])
def test_days_are_ascending_and_positive(days):
	with pytest.raises(RuleError, match="ascending"):
		ageing.buckets(days, calendar(), at("25T10:00"))


@pytest.mark.parametrize("days", [(1, 1_000_000), (float("inf"),)])
def test_days_lie_within_the_years_that_a_calendar_knows(days):
	with pytest.raises(RuleError, match="at most 10000 working days"):
		ageing.buckets(days, calendar(), at("25T10:00"))


def test_labels_name_the_days():
	labels = [str(each.label) for each in ageing.buckets((1, 2.5), calendar(), at("25T10:00"))]
	assert labels == [
		"Overdue > 2.5 Days",
		"Overdue 1–2.5 Days",
		"Overdue ≤ 1 Days",
		"Due in ≤ 1 Days",
		"Due in 1–2.5 Days",
		"Due in > 2.5 Days",
	]
