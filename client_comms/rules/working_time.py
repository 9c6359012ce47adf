"""Working time: when business is open, and when "within N business days" ends (clauses C-3 and C-4).

A calendar is open whenever the local time in its time zone is inside one of its windows on a business
day: a weekday that has windows and is not a holiday. On a half holiday, which is a business day, it closes
when half of that day's working time has passed. A daylight saving change makes a window shorter or longer, and
time is counted as it really elapses.

Nothing here iterates over days. Whole weeks are multiplied, holidays are looked up by bisection, and only
the days on which daylight saving changes inside a window are corrected individually.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from client_comms.rules.business_hours import (
	DAY,
	SECOND,
	CalendarError,
	Window,
	first_half,
	since_midnight,
	windows_by_weekday,
)
from client_comms.rules.messages import Message, _

CLOSE_OF_BUSINESS = "Close of Business"
WORKING_HOURS = "Working Hours"

# Instants are whole microseconds since the epoch and days are proleptic ordinals (day 1 was a Monday):
# integers add up exactly, whereas datetimes of one zone would compare by their local time.
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_EPOCH_DAY = _EPOCH.toordinal()
_LAST_YEAR = 2999  # later years are typos
_LAST_DAY = date(_LAST_YEAR, 12, 31).toordinal()


class WorkingCalendar:
	"""Business hours of one place; immutable, and hashed by identity.

	`time_zone` is an IANA name, `holidays` are dates on which business stays closed, `half_holidays` dates on which
	it closes halfway (a date in both stays closed), `counting` is `CLOSE_OF_BUSINESS` or `WORKING_HOURS`. Several
	windows on a weekday may touch, not overlap.
	`mean_day_seconds` is the mean length of the weekdays that have windows.

	Every datetime given must carry a time zone; those returned are in the calendar's. Raises
	`CalendarError` for invalid hours, time zones or counting, for naive datetimes, for negative amounts,
	and for results beyond the calendar's last year.
	"""

	def __init__(
		self,
		time_zone: str,
		windows: Iterable[Window],
		holidays: Iterable[date] = (),
		counting: str = CLOSE_OF_BUSINESS,
		half_holidays: Iterable[date] = (),
	):
		self.time_zone = time_zone
		self.zone = _zone(time_zone)
		self.counting = _checked_counting(counting)
		self._windows = windows_by_weekday(windows)
		self._half_windows = [first_half(windows) for windows in self._windows]

		lengths = [_length(windows) for windows in self._windows]
		working_weekdays = sum(map(bool, lengths))
		self.mean_day_seconds = sum(lengths) / working_weekdays / SECOND

		closed = {d.toordinal() for d in holidays if lengths[d.weekday()]}
		shortened = {d.toordinal() for d in half_holidays if lengths[d.weekday()]} - closed
		self._holidays = sorted(closed)
		self._half_holidays = sorted(shortened)
		self._is_half_holiday = frozenset(shortened).__contains__
		# Running totals: [n] is the sum over the first n weekdays of a week, or what the first n holidays or half holidays take away.
		self._time_of_weekdays = list(accumulate(lengths, initial=0))
		self._days_of_weekdays = list(accumulate(map(bool, lengths), initial=0))
		self._time_of_holidays = list(
			accumulate((lengths[_weekday(day)] for day in self._holidays), initial=0)
		)
		self._time_of_half_holidays = list(
			accumulate(
				(
					lengths[_weekday(day)] - _length(self._half_windows[_weekday(day)])
					for day in self._half_holidays
				),
				initial=0,
			)
		)
		# Filled on demand.
		self._corrections_of_year: dict[int, Mapping[int, int]] = {}
		self._spans_of_day: dict[int, list[tuple[int, int]]] = {}

	def is_open(self, t: datetime) -> bool:
		"""Whether business is open at `t`; at closing time it is not."""
		wall = as_utc(t).astimezone(self.zone)
		at, day = since_midnight(wall.time()), wall.toordinal()
		return self._is_business_day(day) and any(start <= at < end for start, end in self._windows_on(day))

	def day_of(self, t: datetime) -> date:
		"""The day of `t` where business is."""
		return as_utc(t).astimezone(self.zone).date()

	def start_of(self, day: date) -> datetime:
		"""When `day` begins where business is."""
		return datetime(day.year, day.month, day.day, tzinfo=self.zone)

	def next_open(self, t: datetime) -> datetime:
		"""The first moment from `t` onwards at which business is open; `t` itself if it is."""
		return self._datetime(self._next_open(t)[1])

	def closing_time(self, day: date) -> datetime | None:
		"""When business closes on `day`; None if it does not open."""
		_check_year(day.year)
		ordinal = day.toordinal()
		return self._datetime(self._closing(ordinal)) if self._is_business_day(ordinal) else None

	def business_days(self, a: datetime, b: datetime) -> int:
		"""How many business days come after the day of `a`, up to and including the day of `b`; 0 if there are none."""
		(first_day, _a), (last_day, _b) = self._place(a), self._place(b)
		return max(0, self._business_days_before(last_day + 1) - self._business_days_before(first_day + 1))

	def deadline(self, start: datetime, business_days: float, counting: str | None = None) -> datetime:
		"""The end of "within `business_days` business days" of `start` (clauses C-3 and C-4).

		Anything that arrives outside business hours counts as received when business next opens. With
		`CLOSE_OF_BUSINESS` the deadline is the closing time of the N-th business day after the day of
		receipt (0: of that day itself; a fraction of a day counts as a day). With `WORKING_HOURS` it is
		the moment at which N mean working days of working time are used up; N may be a fraction.
		`counting` overrides the calendar's own.
		"""
		_check_amount(business_days)
		counting = self.counting if counting is None else _checked_counting(counting)
		day, opening = self._next_open(start)
		if counting == WORKING_HOURS:
			amount = round(business_days * self.mean_day_seconds * SECOND)
			return self._datetime(self._after(day, opening, amount))
		return self._datetime(self._closing(self._business_day(day, math.ceil(business_days) + 1)))

	def working_seconds(self, a: datetime, b: datetime) -> int | float:
		"""Seconds of working time that elapse from `a` to `b`; 0 if `b` is not after `a`."""
		(first_day, start), (last_day, end) = self._place(a), self._place(b)
		if end <= start:
			return 0
		elapsed = (
			self._time_between(first_day, last_day)
			+ self._time_until(last_day, end)
			- self._time_until(first_day, start)
		)
		return elapsed / SECOND if elapsed % SECOND else elapsed // SECOND

	def add_working_seconds(self, t: datetime, seconds: float) -> datetime:
		"""The earliest moment, not before `t`, at which `seconds` of working time since `t` have elapsed.

		If the time is used up exactly at a window's end, the result is that end, not the next opening.
		"""
		_check_amount(seconds)
		first_day, start = self._place(t)
		return self._datetime(self._after(first_day, start, round(seconds * SECOND)))

	def _after(self, first_day: int, start: int, amount: int) -> int:
		"""The earliest instant at which `amount` of working time since `start`, on `first_day`, has elapsed."""
		if not amount:
			return start
		amount += self._time_until(first_day, start)
		# Without holidays it would be in the week after this many whole ones, so it is not far from there.
		weeks = amount // self._time_of_weekdays[-1]
		base = _within_reach(first_day + 7 * max(weeks - 1, 0))
		if (before := self._time_between(first_day, base)) >= amount:
			base, before = first_day, 0  # daylight saving changes made weeks much longer
		reach = 14
		while self._time_between(base, _within_reach(base + reach)) < amount - before:
			reach *= 2
		amount -= before
		day = base + bisect_left(
			range(base + 1, base + reach + 1), amount, key=lambda d: self._time_between(base, d)
		)
		amount -= self._time_between(base, day)
		for opening, closing in self._spans(day):
			if opening + amount <= closing:
				break
			amount -= closing - opening
		return opening + amount

	def _place(self, t: datetime) -> tuple[int, int]:
		"""The local day in the calendar's time zone, and the instant."""
		utc = as_utc(t)
		return utc.astimezone(self.zone).toordinal(), (utc - _EPOCH) // _MICROSECOND

	def _datetime(self, instant: int) -> datetime:
		return (_EPOCH + timedelta(microseconds=instant)).astimezone(self.zone)

	def _next_open(self, t: datetime) -> tuple[int, int]:
		"""The business day and the instant at which business is next open."""
		day, instant = self._place(t)
		while True:
			for opening, closing in self._spans(day):
				if instant < closing:
					return day, max(instant, opening)
			day = self._business_day(day + 1, 1)

	def _closing(self, day: int) -> int:
		"""The closing instant of a business day."""
		if spans := self._spans(day):
			return spans[-1][1]
		# Daylight saving skipped all its windows: the day ends at the change.
		return _offset_changes(self.zone, _year(day))[day][0]

	def _is_business_day(self, day: int) -> bool:
		return self._business_days_before(day + 1) > self._business_days_before(day)

	def _windows_on(self, day: int) -> list[tuple[int, int]]:
		"""The windows of a business day."""
		windows = self._half_windows if self._is_half_holiday(day) else self._windows
		return windows[_weekday(day)]

	def _business_days_before(self, day: int) -> int:
		weeks, weekday = divmod(day - 1, 7)
		days = self._days_of_weekdays
		return weeks * days[-1] + days[weekday] - bisect_left(self._holidays, day)

	def _business_day(self, day: int, n: int) -> int:
		"""The n-th business day (1 = first) starting at `day`, which counts if it is one."""
		weeks = (n + len(self._holidays)) // self._days_of_weekdays[-1] + 1
		last = _within_reach(day + 7 * weeks)
		wanted = self._business_days_before(day) + n
		return day + bisect_left(range(day + 1, last + 1), wanted, key=self._business_days_before)

	def _time_between(self, first_day: int, last_day: int) -> int:
		"""Working time of the days from `first_day` up to but excluding `last_day`."""
		total = self._nominal_time_before(last_day) - self._nominal_time_before(first_day)
		for year in range(_year(first_day), _year(last_day) + 1):
			for day, correction in self._corrections(year).items():
				if first_day <= day < last_day:
					total += correction
		return total

	def _nominal_time_before(self, day: int) -> int:
		"""Working time of all days before `day`, ignoring daylight saving changes."""
		weeks, weekday = divmod(day - 1, 7)
		time_of = self._time_of_weekdays
		holidays = bisect_left(self._holidays, day)
		half_holidays = bisect_left(self._half_holidays, day)
		return (
			weeks * time_of[-1]
			+ time_of[weekday]
			- self._time_of_holidays[holidays]
			- self._time_of_half_holidays[half_holidays]
		)

	def _corrections(self, year: int) -> Mapping[int, int]:
		"""Working time gained or lost on the days of a year on which daylight saving changes in a window."""
		if year not in self._corrections_of_year:
			gains = {
				day: _length(self._spans(day)) - _length(self._windows_on(day))
				for day in _offset_changes(self.zone, year)
				if self._is_business_day(day)
			}
			self._corrections_of_year[year] = {day: gain for day, gain in gains.items() if gain}
		return self._corrections_of_year[year]

	def _time_until(self, day: int, instant: int) -> int:
		"""Working time of `day` that has elapsed at `instant`."""
		return sum(
			min(closing, instant) - opening for opening, closing in self._spans(day) if opening < instant
		)

	def _spans(self, day: int) -> list[tuple[int, int]]:
		"""The instants between which business is open on `day`, in order."""
		spans = self._spans_of_day.get(day)
		if spans is None:
			spans = self._spans_of_day[day] = self._computed_spans(day)
		return spans

	def _computed_spans(self, day: int) -> list[tuple[int, int]]:
		if not self._is_business_day(day):
			return []
		midnight = (day - _EPOCH_DAY) * DAY
		windows = [(midnight + start, midnight + end) for start, end in self._windows_on(day)]
		if change := _offset_changes(self.zone, _year(day)).get(day):
			at, before, after = change
			spans = [(start - before, min(end - before, at)) for start, end in windows]
			spans += [(max(start - after, at), end - after) for start, end in windows]
			return [(opening, closing) for opening, closing in spans if opening < closing]
		offset = _offset(datetime.fromordinal(day).replace(tzinfo=self.zone))
		return [(start - offset, end - offset) for start, end in windows]


def as_utc(t: datetime) -> datetime:
	"""`t` in UTC, where datetimes compare and subtract as the moments they are.

	Raises `CalendarError` for a naive datetime and for one so far away that it must be a typo.
	"""
	if t.utcoffset() is None:
		raise CalendarError(Message(_("{time} has no time zone. Add one."), {"time": t.isoformat(" ")}))
	_check_year(t.year)
	return t.astimezone(timezone.utc)


def _check_year(year: int) -> None:
	if not 1 < year < _LAST_YEAR:  # leaves room for the UTC offset
		raise CalendarError(Message(_("The year {year} is out of range. Check the date."), {"year": year}))


@lru_cache(maxsize=4096)
def _offset_changes(zone: ZoneInfo, year: int) -> Mapping[int, tuple[int, int, int]]:
	"""Days of a year on which the UTC offset changes: the instant, and the offsets before and after it.

	A change at midnight may also include the neighbouring day.
	"""
	changes = {}
	for day in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
		midnight = datetime.fromordinal(day).replace(tzinfo=zone)
		before = _offset(midnight)
		after = _offset((midnight + timedelta(days=1)).replace(fold=1))
		if before != after:
			# A wide range, because a skipped midnight does not exist as a moment.
			noon = (day - _EPOCH_DAY) * 86_400 + 43_200
			seconds = range(noon - 2 * 86_400, noon + 2 * 86_400)
			at = bisect_left(seconds, True, key=lambda s: _offset(datetime.fromtimestamp(s, zone)) == after)
			changes[day] = (seconds[at] * SECOND, before, after)
	return changes


def _offset(t: datetime) -> int:
	return t.utcoffset() // _MICROSECOND


def _length(windows: Iterable[tuple[int, int]]) -> int:
	return sum(end - start for start, end in windows)


def _weekday(day: int) -> int:
	return (day - 1) % 7


def _year(day: int) -> int:
	return date.fromordinal(day).year


def _zone(time_zone: str) -> ZoneInfo:
	try:
		return ZoneInfo(time_zone)
	except (KeyError, ValueError, OSError, TypeError):  # raised for malformed names
		raise CalendarError(
			Message(
				_("Time zone {time_zone} does not exist. Choose one such as Europe/Berlin."),
				{"time_zone": time_zone},
			)
		) from None


def _checked_counting(counting: str) -> str:
	if counting not in (CLOSE_OF_BUSINESS, WORKING_HOURS):
		raise CalendarError(
			Message(
				_("Days cannot be counted by {counting}: choose {usual} or {other}."),
				{"counting": counting, "usual": CLOSE_OF_BUSINESS, "other": WORKING_HOURS},
			)
		)
	return counting


def _check_amount(amount: float) -> None:
	if not 0 <= amount < math.inf:
		raise CalendarError(
			Message(_("{amount} is not a valid duration. Enter 0 or more."), {"amount": amount})
		)


def _within_reach(day: int) -> int:
	if day > _LAST_DAY:
		raise CalendarError(
			Message(_("The deadline is too far in the future. Enter fewer days, or check the holidays."))
		)
	return day
