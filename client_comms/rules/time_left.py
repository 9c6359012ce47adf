"""How much time is left until a deadline, or how late it is, in the unit in which people say it (clauses C-3, C-4)."""

from dataclasses import dataclass
from datetime import datetime

from client_comms.rules.working_time import WorkingCalendar, as_utc

BUSINESS_DAYS, HOURS, MINUTES = "business days", "hours", "minutes"
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class TimeLeft:
	"""`count` of `unit` until the deadline; after it, if `late`."""

	late: bool
	count: int
	unit: str


def time_left(calendar: WorkingCalendar, now: datetime, due: datetime) -> TimeLeft:
	"""The time from `now` to `due`, both aware: whole business days if it is on another business day, otherwise hours or
	minutes of working time. Outside business hours there is none, and elapsed time counts.
	"""
	late = as_utc(due) < as_utc(now)
	first, last = (due, now) if late else (now, due)
	if days := calendar.business_days(first, last):
		return TimeLeft(late, days, BUSINESS_DAYS)
	seconds = calendar.working_seconds(first, last) or (as_utc(last) - as_utc(first)).total_seconds()
	if seconds >= _HOUR:
		return TimeLeft(late, int(seconds // _HOUR), HOURS)
	return TimeLeft(late, max(1, int(seconds // _MINUTE)), MINUTES)
