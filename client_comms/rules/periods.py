"""Periods of reviews: whole weeks from Monday, months, quarters, half-years and years (R-2, F-3)."""

from collections.abc import Collection
from datetime import date, timedelta

Period = tuple[date, date]  # its first and its last day

WEEKLY = "Weekly"
MOST = 12  # periods that are made up for
_MONTHS = {"Monthly": 1, "Quarterly": 3, "Half-Yearly": 6, "Yearly": 12}


def latest_whole(period: str, today: date) -> Period:
	"""The first and the last day of the latest whole period that ended before `today`."""
	if period == WEEKLY:
		monday = today - timedelta(days=today.weekday() + 7)
		return monday, monday + timedelta(days=6)
	months = _MONTHS[period]
	end = _start(today, months) - timedelta(days=1)
	return _start(end, months), end


def missed(period: str, made: Collection[Period], today: date) -> list[Period]:
	"""The whole periods before `today` that are not among those `made`, oldest first: of the latest `MOST`, those that begin after the first one that was
	made. Of a site on which nothing was made yet, the latest one alone.
	"""
	first = min((end for _begin, end in made), default=date.max)
	found = [latest_whole(period, today)]
	while len(found) < MOST and (before := latest_whole(period, found[0][0]))[0] > first:
		found.insert(0, before)
	return [each for each in found if each not in made]


def _start(day: date, months: int) -> date:
	"""The first day of the period of so many months that contains a day."""
	return date(day.year, (day.month - 1) // months * months + 1, 1)
