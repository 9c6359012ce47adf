"""Business hours of the weekdays, as an administrator enters them: read, and checked (clauses C-3 and C-4)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time, timedelta

from client_comms.rules.messages import Message, RuleError, _

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SECOND = 1_000_000  # in microseconds, as everything here
DAY = 86_400 * SECOND
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?")


class CalendarError(RuleError):
	"""An invalid calendar, or a question that a calendar cannot answer."""


@dataclass(frozen=True, slots=True)
class Window:
	"""Opening hours `[start, end)` of one weekday (0 = Monday); an end of 00:00 is the day's midnight."""

	weekday: int
	start: time
	end: time


def windows_by_weekday(windows: Iterable[Window]) -> list[list[tuple[int, int]]]:
	"""For each weekday its windows as microseconds since midnight, sorted, with touching ones joined."""
	by_weekday: list[list[tuple[int, int]]] = [[] for _name in WEEKDAYS]
	for window in sorted(windows, key=lambda w: w.start):
		if window.weekday not in range(7):
			raise CalendarError(
				Message(_("{weekday} is not a weekday. Enter 0 (Monday) to 6."), {"weekday": window.weekday})
			)
		hours = {"weekday": WEEKDAYS[window.weekday], "start": window.start, "end": window.end}
		start, end = since_midnight(window.start), since_midnight(window.end) or DAY
		if end <= start:
			message = _(
				"{weekday} {start} to {end}: choose a later end. Split hours that pass midnight into two rows."
			)
			raise CalendarError(Message(message, hours))

		joined = by_weekday[window.weekday]
		if joined and start < joined[-1][1]:
			message = _(
				"{weekday} {start} to {end} overlaps other hours on the same day. Change one of them."
			)
			raise CalendarError(Message(message, hours))
		if joined and start == joined[-1][1]:
			start = joined.pop()[0]
		joined.append((start, end))
	if not any(by_weekday):
		raise CalendarError(Message(_("The calendar has no working hours: add at least one row.")))
	return by_weekday


def first_half(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
	"""The windows of a day up to the moment at which half of their time has passed."""
	left = sum(end - start for start, end in windows) // 2
	kept = []
	for start, end in windows:
		if left > 0:
			kept.append((start, min(end, start + left)))
		left -= end - start
	return kept


def time_of_day(text: str) -> time:
	"""The time of a text such as 9:30 or 17:00:00; raises `CalendarError` if it is not a time."""
	try:
		return time(*(int(part or 0) for part in _TIME.fullmatch(text.strip()).groups()))
	except (ValueError, AttributeError):  # out of range, or not in the form of a time
		message = _("{time} is not a time of day. Enter it like 17:30, and midnight as 00:00.")
		raise CalendarError(Message(message, {"time": text})) from None


def weekday_number(name: str) -> int:
	"""0 for Monday; raises `CalendarError` if it is not a weekday."""
	if name not in WEEKDAYS:
		message = _("{weekday} is not a weekday. Choose one from Monday to Sunday.")
		raise CalendarError(Message(message, {"weekday": name}))
	return WEEKDAYS.index(name)


def as_time(value: timedelta | str) -> time:
	"""A time as a form sends it or as the database stores it.

	:raises CalendarError: it is none
	"""
	if not isinstance(value, timedelta):
		return time_of_day(str(value))
	seconds = int(value.total_seconds()) % 86400
	return time(seconds // 3600, seconds % 3600 // 60, seconds % 60)


def since_midnight(t: time) -> int:
	"""In microseconds."""
	return ((t.hour * 60 + t.minute) * 60 + t.second) * SECOND + t.microsecond
