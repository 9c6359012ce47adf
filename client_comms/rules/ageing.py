"""How late open records are, in working days (clauses C-3, C-4, R-2)."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from client_comms.rules.messages import Message, RuleError, _
from client_comms.rules.working_time import WorkingCalendar, as_utc

MOST_DAYS = 10_000
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Bucket:
	"""The deadlines from `start` up to but excluding `end`; None means no limit."""

	key: str
	label: Message
	start: datetime | None
	end: datetime | None


def buckets(days: Iterable[float], calendar: WorkingCalendar, now: datetime) -> tuple[Bucket, ...]:
	"""Buckets for deadlines, from the longest overdue to the latest due, divided at `days` of working time on both sides.

	:param days: mean working days of the calendar, greater than 0, in ascending order
	:param now: aware, in whole seconds; a deadline at `now` is due, not overdue
	:raises RuleError: `days` is empty or not ascending
	"""
	days = tuple(days)
	if not days or any(a >= b for a, b in pairwise((0, *days))):
		raise RuleError(Message(_("Enter the working days in ascending order, such as 1, 5.")))
	if days[-1] > MOST_DAYS:
		raise RuleError(Message(_("Enter at most {days} working days."), {"days": MOST_DAYS}))
	now = as_utc(now)
	seconds = [day * calendar.mean_day_seconds for day in days]
	# Exactly N days overdue counts as "up to N", and so does due in exactly N days.
	past = [earliest_within(each, calendar, now) for each in seconds]
	future = [as_utc(calendar.add_working_seconds(now, each)) + _SECOND for each in seconds]
	edges = [None, *reversed(past), now, *future, None]
	labels = [*_labels(days, *_OVERDUE)[::-1], *_labels(days, *_DUE)]
	keys = [
		*(f"overdue_{number}" for number in range(len(days), -1, -1)),
		*(f"due_{number}" for number in range(len(days) + 1)),
	]
	return tuple(map(Bucket, keys, labels, edges, edges[1:]))


def earliest_within(seconds: float, calendar: WorkingCalendar, now: datetime) -> datetime:
	"""The earliest moment, to the second, from which at most `seconds` of working time have elapsed at `now`."""
	reach = 7 * 86_400
	while calendar.working_seconds(now - reach * _SECOND, now) <= seconds:
		reach *= 2
	back = bisect_right(range(reach), seconds, key=lambda s: calendar.working_seconds(now - s * _SECOND, now))
	return now - (back - 1) * _SECOND


_OVERDUE = (
	_("Overdue ≤ {days} Days"),
	_("Overdue {from_days}–{days} Days"),
	_("Overdue > {days} Days"),
)
_DUE = (
	_("Due in ≤ {days} Days"),
	_("Due in {from_days}–{days} Days"),
	_("Due in > {days} Days"),
)


def _labels(days: tuple[float, ...], first: str, between: str, last: str) -> list[Message]:
	return [
		Message(first, {"days": f"{days[0]:g}"}),
		*(Message(between, {"from_days": f"{a:g}", "days": f"{b:g}"}) for a, b in pairwise(days)),
		Message(last, {"days": f"{days[-1]:g}"}),
	]
