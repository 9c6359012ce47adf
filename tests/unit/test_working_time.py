"""Working time (clauses C-3 and C-4) against hand-worked dates and against an oracle that counts minutes."""

import sys
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from client_comms.rules.business_hours import CalendarError, Window, time_of_day, weekday_number
from client_comms.rules.working_time import CLOSE_OF_BUSINESS, WORKING_HOURS, WorkingCalendar

pytestmark = pytest.mark.clause("C-3", "C-4")

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600
MINUTE = timedelta(minutes=1)


def hours(weekdays, *spans):
	"""Windows on each of `weekdays` (0 = Monday) from spans such as "09:00-12:00"."""
	return [
		Window(weekday, *(time.fromisoformat(t) for t in span.split("-")))
		for weekday in weekdays
		for span in spans
	]


OFFICE_HOURS = hours(range(5), "09:00-12:00", "13:00-17:00")
CHRISTMAS = (date(2026, 12, 24), date(2026, 12, 25))
OFFICE = WorkingCalendar("Europe/Berlin", OFFICE_HOURS, CHRISTMAS)
ALWAYS = hours(range(7), "00:00-00:00")


def berlin(text, fold=0):
	return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


def elapsed(a, b):
	"""Real seconds: datetimes of one zone would subtract by their wall time."""
	return (b.astimezone(timezone.utc) - a.astimezone(timezone.utc)).total_seconds()


# --- deadlines, worked by hand -----------------------------------------------------------------------


@pytest.mark.parametrize(
	("received", "acknowledge_by", "respond_by"),
	[
		("2026-11-23 10:00", "2026-11-24 17:00", "2026-11-25 17:00"),  # a Monday morning
		("2026-11-23 08:59", "2026-11-24 17:00", "2026-11-25 17:00"),  # before opening: still that Monday
		("2026-11-23 12:30", "2026-11-24 17:00", "2026-11-25 17:00"),  # in the lunch break
		("2026-11-23 16:59:59.999999", "2026-11-24 17:00", "2026-11-25 17:00"),
		("2026-11-23 17:00", "2026-11-25 17:00", "2026-11-26 17:00"),  # at closing time: Tuesday's
		("2026-11-27 18:30", "2026-12-01 17:00", "2026-12-02 17:00"),  # Friday evening: Monday's
		("2026-12-23 16:59", "2026-12-28 17:00", "2026-12-29 17:00"),  # Christmas, then a weekend
		("2026-12-24 10:00", "2026-12-29 17:00", "2026-12-30 17:00"),  # on a holiday: Monday's
		("2026-03-28 12:00", "2026-03-31 17:00", "2026-04-01 17:00"),  # the clocks change on the Sunday
	],
)
def test_close_of_business(received, acknowledge_by, respond_by):
	assert OFFICE.deadline(berlin(received), 1) == berlin(acknowledge_by)
	assert OFFICE.deadline(berlin(received), 2) == berlin(respond_by)


def test_close_of_business_without_a_day_is_that_day():
	assert OFFICE.deadline(berlin("2026-11-23 10:00"), 0) == berlin("2026-11-23 17:00")
	assert OFFICE.deadline(berlin("2026-11-27 18:30"), 0) == berlin("2026-11-30 17:00")


def test_close_of_business_counts_a_part_of_a_day_as_a_day():
	assert OFFICE.deadline(berlin("2026-11-23 10:00"), 1.5) == OFFICE.deadline(berlin("2026-11-23 10:00"), 2)


@pytest.mark.parametrize(
	("received", "days", "due"),
	[
		("2026-11-23 10:00", 1, "2026-11-24 10:00"),
		("2026-11-23 09:00", 1, "2026-11-23 17:00"),  # used up at closing time, not at the next opening
		("2026-11-23 06:00", 1, "2026-11-23 17:00"),
		("2026-11-27 18:30", 1, "2026-11-30 17:00"),
		("2026-11-23 10:00", 0.5, "2026-11-23 14:30"),
		("2026-11-23 10:00", 0, "2026-11-23 10:00"),
		("2026-11-27 18:30", 0, "2026-11-30 09:00"),
		("2026-12-23 16:00", 1, "2026-12-28 16:00"),
	],
)
def test_working_hours(received, days, due):
	calendar = WorkingCalendar("Europe/Berlin", OFFICE_HOURS, CHRISTMAS, WORKING_HOURS)
	assert calendar.deadline(berlin(received), days) == berlin(due)
	assert OFFICE.deadline(berlin(received), days, WORKING_HOURS) == berlin(due)
	assert calendar.deadline(berlin(received), days, CLOSE_OF_BUSINESS).time() == time(17)


def test_the_mean_day_is_taken_over_the_weekdays_that_work():
	assert OFFICE.mean_day_seconds == 7 * HOUR
	shorter_friday = WorkingCalendar(
		"Europe/Berlin", hours(range(4), "09:00-17:00") + hours([4], "09:00-12:00")
	)
	assert shorter_friday.mean_day_seconds == 7 * HOUR


def test_six_working_hours_pass_a_night_and_a_lunch_break():
	start = berlin("2026-11-26 16:00")
	assert OFFICE.add_working_seconds(start, 6 * HOUR) == berlin("2026-11-27 15:00")
	assert OFFICE.working_seconds(start, berlin("2026-11-27 15:00")) == 6 * HOUR


def test_what_comes_from_another_zone_is_answered_in_the_calendars():
	due = OFFICE.deadline(
		datetime(2026, 11, 23, 23, 30, tzinfo=ZoneInfo("Asia/Kolkata")), 1
	)  # 19:00 in Berlin
	assert due == berlin("2026-11-25 17:00")
	assert due.tzinfo == BERLIN


# --- opening hours -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("t", "next_open"),
	[
		("2026-11-23 08:59:59", "2026-11-23 09:00"),
		("2026-11-23 09:00", "2026-11-23 09:00"),
		("2026-11-23 11:59:59", "2026-11-23 11:59:59"),
		("2026-11-23 12:00", "2026-11-23 13:00"),
		("2026-11-23 17:00", "2026-11-24 09:00"),
		("2026-11-28 10:00", "2026-11-30 09:00"),
		("2026-12-23 17:00", "2026-12-28 09:00"),
	],
)
def test_open_from_the_start_up_to_the_end(t, next_open):
	assert OFFICE.next_open(berlin(t)) == berlin(next_open)
	assert OFFICE.is_open(berlin(t)) == (t == next_open or t.startswith("2026-11-23 09:00"))


def test_windows_may_touch_and_end_at_midnight():
	calendar = WorkingCalendar("Europe/Berlin", hours(range(7), "00:00-08:00", "08:00-00:00"))
	assert calendar.working_seconds(berlin("2026-11-23 07:00"), berlin("2026-11-25 07:00")) == 48 * HOUR
	assert calendar.deadline(berlin("2026-11-23 07:00"), 1) == berlin("2026-11-25 00:00")


def test_a_window_that_ends_a_second_before_midnight_keeps_that_second():
	calendar = WorkingCalendar("Europe/Berlin", hours(range(7), "08:00-23:59:59"))
	assert calendar.mean_day_seconds == 16 * HOUR - 1
	assert not calendar.is_open(berlin("2026-11-23 23:59:59"))


def test_a_holiday_on_a_free_day_changes_nothing():
	with_sunday = WorkingCalendar("Europe/Berlin", OFFICE_HOURS, [*CHRISTMAS, date(2026, 11, 29)])
	start = berlin("2026-11-27 10:00")
	assert with_sunday.deadline(start, 2) == OFFICE.deadline(start, 2) == berlin("2026-12-01 17:00")


# --- half holidays: the list says neither which half nor at what time -----------------------------------

EVE = date(2026, 12, 31)  # a Thursday
NEW_YEAR = WorkingCalendar("Europe/Berlin", OFFICE_HOURS, [date(2027, 1, 1)], half_holidays=[EVE])


def test_on_a_half_holiday_business_closes_after_half_of_its_working_time():
	assert NEW_YEAR.closing_time(EVE) == berlin(
		"2026-12-31 13:30"
	)  # 3½ of 7 hours, with the lunch break between
	assert NEW_YEAR.is_open(berlin("2026-12-31 13:29:59")) and not NEW_YEAR.is_open(
		berlin("2026-12-31 13:30")
	)
	assert NEW_YEAR.next_open(berlin("2026-12-31 13:30")) == berlin("2027-01-04 09:00")
	assert NEW_YEAR.working_seconds(berlin("2026-12-30 17:00"), berlin("2027-01-04 09:00")) == 3.5 * HOUR
	assert NEW_YEAR.add_working_seconds(berlin("2026-12-30 16:00"), 5 * HOUR) == berlin("2027-01-04 09:30")
	assert NEW_YEAR.mean_day_seconds == 7 * HOUR


@pytest.mark.parametrize(
	("received", "days", "close_of_business", "working_hours"),
	[
		("2026-12-30 10:00", 1, "2026-12-31 13:30", "2026-12-31 10:00"),
		("2026-12-30 15:00", 1, "2026-12-31 13:30", "2027-01-04 10:30"),
		("2026-12-30 17:00", 1, "2027-01-04 17:00", "2027-01-04 13:30"),  # received on the half holiday
		("2026-12-31 14:00", 0, "2027-01-04 17:00", "2027-01-04 09:00"),  # after it closed
	],
)
def test_a_half_holiday_is_a_business_day(received, days, close_of_business, working_hours):
	assert NEW_YEAR.deadline(berlin(received), days) == berlin(close_of_business)
	assert NEW_YEAR.deadline(berlin(received), days, WORKING_HOURS) == berlin(working_hours)


def test_a_half_holiday_changes_neither_a_free_day_nor_a_holiday():
	calendar = WorkingCalendar(
		"Europe/Berlin", OFFICE_HOURS, CHRISTMAS, half_holidays=[*CHRISTMAS, date(2026, 11, 28)]
	)
	assert not calendar.is_open(berlin("2026-12-24 10:00"))
	assert not calendar.is_open(berlin("2026-11-28 10:00"))
	start, end = berlin("2026-11-23 10:00"), berlin("2026-12-31 10:00")
	assert calendar.working_seconds(start, end) == OFFICE.working_seconds(start, end)


def test_calendars_hash_by_identity():
	assert len({OFFICE, OFFICE, WorkingCalendar("Europe/Berlin", OFFICE_HOURS, CHRISTMAS)}) == 2


# --- changes of the clocks ---------------------------------------------------------------------------


def test_a_window_across_a_change_of_the_clocks_is_as_long_as_it_really_is():
	nights = WorkingCalendar("Europe/Berlin", hours(range(7), "00:00-06:00"))
	assert nights.working_seconds(berlin("2026-03-29 00:00"), berlin("2026-03-29 12:00")) == 5 * HOUR
	assert nights.working_seconds(berlin("2026-10-25 00:00"), berlin("2026-10-25 12:00")) == 7 * HOUR
	assert nights.add_working_seconds(berlin("2026-03-29 00:00"), 4 * HOUR) == berlin("2026-03-29 05:00")
	assert nights.add_working_seconds(berlin("2026-10-25 00:00"), 4 * HOUR) == berlin("2026-10-25 03:00")


def test_an_hour_that_comes_twice_is_open_twice():
	calendar = WorkingCalendar("Europe/Berlin", hours([6], "02:00-02:30"))
	assert calendar.is_open(berlin("2026-10-25 02:15"))
	assert calendar.is_open(berlin("2026-10-25 02:15", fold=1))
	assert elapsed(berlin("2026-10-25 02:00"), calendar.deadline(berlin("2026-10-25 01:00"), 0)) == 1.5 * HOUR


def test_a_window_that_the_clocks_skip_is_never_open():
	calendar = WorkingCalendar("Europe/Berlin", hours([6], "02:15-02:45"))
	saturday, monday = berlin("2026-03-28 12:00"), berlin("2026-03-30 12:00")
	assert calendar.working_seconds(saturday, monday) == 0
	assert calendar.next_open(saturday) == berlin("2026-04-05 02:15")
	# It stays a business day, over at the moment the clocks jump.
	assert calendar.deadline(berlin("2026-03-22 02:20"), 1) == berlin("2026-03-29 03:00")


def test_the_last_hour_of_a_day_may_come_again_after_midnight():
	# Newfoundland used to turn the clocks back a minute after midnight, to 23:01 of the day before.
	st_johns = ZoneInfo("America/St_Johns")
	calendar = WorkingCalendar("America/St_Johns", hours([5], "22:00-00:00"))
	noon, next_noon = (datetime(2006, 10, day, 12, tzinfo=st_johns) for day in (28, 29))
	assert calendar.working_seconds(noon, next_noon) == 2 * HOUR + 59 * 60


def test_a_day_that_never_was():
	# Samoa went from Thursday the 29th to Saturday the 31st.
	apia = ZoneInfo("Pacific/Apia")
	calendar = WorkingCalendar("Pacific/Apia", hours(range(7), "09:00-17:00"))
	thursday = datetime(2011, 12, 29, 16, tzinfo=apia)
	assert calendar.add_working_seconds(thursday, 2 * HOUR) == datetime(2011, 12, 31, 10, tzinfo=apia)


# --- bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("arguments", "complaint"),
	[
		({"windows": []}, "no working hours"),
		({"windows": hours([0], "12:00-12:00")}, "Monday 12:00:00 to 12:00:00"),
		({"windows": hours([4], "22:00-06:00")}, "Friday 22:00:00 to 06:00:00"),
		({"windows": hours([1], "09:00-13:00", "12:00-17:00")}, "Tuesday 12:00:00 to 17:00:00 overlaps"),
		({"windows": hours([1], "09:00-00:00", "12:00-17:00")}, "overlaps"),
		({"windows": hours([7], "09:00-12:00")}, "7 is not a weekday"),
		({"windows": hours(["Monday"], "09:00-12:00")}, "Monday is not a weekday"),
		({"time_zone": "Europe/Atlantis"}, "Time zone Europe/Atlantis does not exist"),
		({"time_zone": ""}, "does not exist"),
		({"time_zone": "../etc/passwd"}, "does not exist"),
		({"time_zone": None}, "does not exist"),
		({"counting": "Calendar Days"}, "Calendar Days"),
	],
)
def test_a_calendar_that_makes_no_sense(arguments, complaint):
	with pytest.raises(CalendarError, match=complaint):
		WorkingCalendar(**{"time_zone": "Europe/Berlin", "windows": OFFICE_HOURS, **arguments})


@pytest.mark.parametrize(
	"ask",
	[
		lambda t: OFFICE.is_open(t),
		lambda t: OFFICE.next_open(t),
		lambda t: OFFICE.deadline(t, 1),
		lambda t: OFFICE.working_seconds(t, berlin("2026-11-23 10:00")),
		lambda t: OFFICE.working_seconds(berlin("2026-11-23 10:00"), t),
		lambda t: OFFICE.add_working_seconds(t, 1),
	],
)
def test_datetimes_need_a_zone_and_a_believable_year(ask):
	with pytest.raises(CalendarError, match="has no time zone"):
		ask(datetime(2026, 11, 23, 10))
	with pytest.raises(CalendarError, match="9999"):
		ask(datetime(9999, 12, 31, tzinfo=BERLIN))


@pytest.mark.parametrize("amount", [-1, -0.5, float("nan"), float("inf")])
def test_amounts_are_not_negative(amount):
	for counting in (CLOSE_OF_BUSINESS, WORKING_HOURS):
		with pytest.raises(CalendarError, match="not a valid duration"):
			OFFICE.deadline(berlin("2026-11-23 10:00"), amount, counting)
	with pytest.raises(CalendarError, match="not a valid duration"):
		OFFICE.add_working_seconds(berlin("2026-11-23 10:00"), amount)


def test_a_deadline_needs_a_known_way_of_counting():
	with pytest.raises(CalendarError, match="Fortnights"):
		OFFICE.deadline(berlin("2026-11-23 10:00"), 1, "Fortnights")


@pytest.mark.parametrize("counting", [CLOSE_OF_BUSINESS, WORKING_HOURS])
def test_a_deadline_in_the_far_future_is_refused(counting):
	with pytest.raises(CalendarError, match="too far"):
		OFFICE.deadline(berlin("2026-11-23 10:00"), 10**9, counting)


# --- an oracle that looks at every minute ------------------------------------------------------------

# Days around which the clocks change (Kolkata's never do; Cairo's do at midnight).
CHANGES = {
	"Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
	"America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
	"Asia/Kolkata": (date(2026, 6, 1),),
	"Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
	"Africa/Casablanca": (date(2026, 2, 15), date(2026, 3, 22)),
	"Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 30)),
	"America/Nuuk": (date(2026, 3, 28), date(2026, 10, 25)),
}
MARKS = st.one_of(st.integers(0, 16), st.integers(0, 96))  # quarters of an hour, half of them at night


class Oracle:
	"""Looks at the clock on the wall, one minute after the other."""

	def __init__(self, zone, windows, holidays, half_holidays):
		self.zone = ZoneInfo(zone)
		self.holidays = holidays
		self.half_holidays = half_holidays
		self.minutes = cache(self._minutes)
		self.windows = [
			[(w.start, w.end if w.end != time(0) else time.max) for w in windows if w.weekday == weekday]
			for weekday in range(7)
		]

	def wall(self, t):
		return t.astimezone(self.zone).replace(tzinfo=None)

	def is_business_day(self, day):
		return bool(self.windows[day.weekday()]) and day not in self.holidays

	def is_open(self, t):
		wall = self.wall(t)
		return self.is_business_day(wall.date()) and wall.time() in self.minutes(wall.date())

	def _minutes(self, day):
		"""The minutes of a business day: of a half holiday, the first half of them."""
		all_minutes = [time(n // 60, n % 60) for n in range(1440)]
		windows = self.windows[day.weekday()]
		minutes = [t for t in all_minutes if any(start <= t < end for start, end in windows)]
		return frozenset(minutes[: len(minutes) // 2] if day in self.half_holidays else minutes)

	def next_open(self, t):
		while not self.is_open(t):
			t += MINUTE
		return t

	def working_seconds(self, a, b):
		seconds = 0
		while a < b:
			seconds += 60 * self.is_open(a)
			a += MINUTE
		return seconds

	def add_working_minutes(self, t, minutes):
		while minutes:
			minutes -= self.is_open(t)
			t += MINUTE
		return t

	def close_of_business(self, t, days):
		t = self.next_open(t)
		day = self.wall(t).date()
		while days:
			day += timedelta(days=1)
			days -= self.is_business_day(day)
		while self.wall(t).date() < day:
			t += MINUTE
		closing = None
		while self.wall(t).date() == day:
			t += MINUTE
			if self.is_open(t - MINUTE):
				closing = t
		return closing


def _minutes(windows, weekday):
	spans = [(w.start, w.end) for w in windows if w.weekday == weekday]
	return sum(
		(end.hour * 60 + end.minute or 1440) - (start.hour * 60 + start.minute) for start, end in spans
	)


@st.composite
def calendars(draw):
	"""The same calendar as a `WorkingCalendar` and as an `Oracle`, and a minute near a change of the clocks."""
	zone = draw(st.sampled_from(list(CHANGES)))
	change = draw(st.sampled_from(CHANGES[zone]))
	windows = []
	for weekday in range(7):
		marks = sorted(draw(st.sets(MARKS, max_size=6)))
		for start, end in zip(marks[::2], marks[1::2], strict=False):
			windows.append(
				Window(weekday, time(start // 4, start % 4 * 15), time(end // 4 % 24, end % 4 * 15))
			)
	# No calendar without hours; at least these come each week, also on holidays' neighbours.
	if not windows:
		windows = hours([2, 5, 6], "01:30-02:30")
	days = st.sets(st.integers(-5, 8).map(lambda n: change + timedelta(days=n)), max_size=4)
	holidays, half_holidays = draw(days), draw(days)
	# The oracle cannot see half a minute.
	half_holidays = {day for day in half_holidays if _minutes(windows, day.weekday()) % 2 == 0}
	start = (
		datetime(change.year, change.month, change.day, tzinfo=timezone.utc)
		+ draw(st.integers(-3 * 1440, 2 * 1440)) * MINUTE
	)
	return (
		WorkingCalendar(zone, draw(st.permutations(windows)), holidays, half_holidays=half_holidays),
		Oracle(zone, windows, holidays, half_holidays),
		start,
	)


@settings(max_examples=150, deadline=None)
@given(calendars(), st.integers(0, 5 * 1440))
def test_working_seconds_are_the_open_minutes(calendars, minutes):
	calendar, oracle, start = calendars
	end = start + minutes * MINUTE
	assert calendar.working_seconds(start, end) == oracle.working_seconds(start, end)
	assert calendar.working_seconds(end, start) == 0


@settings(max_examples=100, deadline=None)
@given(calendars(), st.integers(1, 1500))
def test_working_time_is_used_up_in_open_minutes(calendars, minutes):
	calendar, oracle, start = calendars
	expected = oracle.add_working_minutes(start, minutes)
	assert elapsed(expected, calendar.add_working_seconds(start, minutes * 60)) == 0


@settings(max_examples=100, deadline=None)
@given(calendars())
def test_business_opens_when_the_wall_says_so(calendars):
	calendar, oracle, start = calendars
	assert calendar.is_open(start) == oracle.is_open(start)
	assert elapsed(oracle.next_open(start), calendar.next_open(start)) == 0


@settings(max_examples=100, deadline=None)
@given(calendars(), st.integers(0, 4))
def test_business_closes_when_the_wall_says_so(calendars, days):
	calendar, oracle, start = calendars
	expected = oracle.close_of_business(start, days)
	assume(expected)  # the clocks may skip all the hours of a day, which is tested by hand
	assert elapsed(expected, calendar.deadline(start, days)) == 0


# --- properties over years, where an oracle would be too slow ----------------------------------------

MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2045, 1, 1), timezones=st.just(timezone.utc))
SECONDS = st.one_of(
	st.integers(0, 10**8),
	st.integers(0, 10**14).map(lambda microseconds: microseconds / 1e6),
)


@settings(deadline=None)
@given(calendars(), MOMENTS, SECONDS)
def test_time_added_is_the_time_counted(calendars, t, seconds):
	calendar = calendars[0]
	assert calendar.working_seconds(t, calendar.add_working_seconds(t, seconds)) == seconds


@settings(deadline=None)
@given(calendars(), st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
def test_working_time_adds_up(calendars, moments):
	calendar = calendars[0]
	a, b, c = moments
	parts = calendar.working_seconds(a, b) + calendar.working_seconds(b, c)
	assert parts == pytest.approx(calendar.working_seconds(a, c), abs=1e-5)
	assert 0 <= calendar.working_seconds(a, b) <= elapsed(a, b)


@settings(deadline=None)
@given(
	calendars(), MOMENTS, MOMENTS, st.integers(0, 300), st.sampled_from([CLOSE_OF_BUSINESS, WORKING_HOURS])
)
def test_later_or_longer_is_never_due_earlier(calendars, one, other, days, counting):
	calendar = calendars[0]
	first, second = sorted((one, other))
	due = calendar.deadline(first, days, counting)
	assert elapsed(calendar.next_open(first), due) >= 0
	assert elapsed(due, calendar.deadline(second, days, counting)) >= 0
	assert elapsed(due, calendar.deadline(first, days + 1, counting)) > 0


# --- speed: steps are counted, since time would be a matter of luck ----------------------------------


def steps(call):
	"""How many functions are called in the course of `call`."""
	call()  # what is cached once per zone and year does not count
	count = 0

	def count_calls(_frame, event, _argument):
		nonlocal count
		count += event in ("call", "c_call")

	previous = sys.getprofile()
	sys.setprofile(count_calls)
	try:
		call()
	finally:
		sys.setprofile(previous)
	return count


@pytest.mark.parametrize(
	("short", "long"),
	[
		(lambda c, t: c.deadline(t, 2), lambda c, t: c.deadline(t, 250)),
		(lambda c, t: c.deadline(t, 2, WORKING_HOURS), lambda c, t: c.deadline(t, 250, WORKING_HOURS)),
		(
			lambda c, t: c.working_seconds(t, t + timedelta(days=10)),
			lambda c, t: c.working_seconds(t, t + timedelta(days=3650)),
		),
	],
)
def test_a_long_way_takes_hardly_more_steps_than_a_short_one(short, long):
	every_first = [date(year, month, 1) for year in range(2020, 2040) for month in range(1, 13)]
	half = [day + timedelta(days=9) for day in every_first]
	calendar = WorkingCalendar("Europe/Berlin", OFFICE_HOURS, every_first, half_holidays=half)
	start = berlin("2026-11-23 10:00")
	assert steps(lambda: long(calendar, start)) < 4 * steps(lambda: short(calendar, start))


def test_idle_years_are_not_walked_through():
	idle = [date(2027, 1, 1) + timedelta(days=n) for n in range(20 * 365)]
	calendar = WorkingCalendar("Europe/Berlin", OFFICE_HOURS, idle)
	start = berlin("2026-12-31 18:00")
	assert calendar.next_open(start).year == 2046
	assert steps(lambda: calendar.next_open(start)) < 300
	assert steps(lambda: calendar.deadline(start, 2)) < 300
	assert steps(lambda: calendar.add_working_seconds(start, 1)) < 6000  # some steps for each of the years


def test_a_calendar_that_is_always_open_counts_real_time():
	calendar = WorkingCalendar("Europe/Berlin", ALWAYS)
	a, b = berlin("2020-02-29 13:14:15.161718"), berlin("2033-10-30 02:30", fold=1)
	assert calendar.working_seconds(a, b) == elapsed(a, b)


# --- what people write -------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("text", "found"),
	[("9:30", time(9, 30)), ("17:00:00", time(17)), ("00:00", time(0)), ("08:00:00.000000", time(8))],
)
def test_a_time_of_day(text, found):
	assert time_of_day(text) == found


@pytest.mark.parametrize("text", ["24:00", "25:00", "-09:00", "9", "9:3", "12:60", "9:30:00:00", "noon", ""])
def test_what_is_not_a_time_of_day(text):
	with pytest.raises(CalendarError, match="is not a time of day"):
		time_of_day(text)


def test_what_is_not_a_weekday():
	assert weekday_number("Sunday") == 6
	with pytest.raises(CalendarError, match="Choose one from Monday to Sunday"):
		weekday_number("Someday")


def test_when_business_closes():
	assert OFFICE.closing_time(date(2026, 11, 23)) == berlin("2026-11-23 17:00")
	assert OFFICE.closing_time(date(2026, 11, 28)) is None  # a Saturday
	assert OFFICE.closing_time(date(2026, 12, 24)) is None
	with pytest.raises(CalendarError, match="out of range"):
		OFFICE.closing_time(date(9999, 12, 31))
