"""Periods of reviews: whole weeks from Monday, months, quarters, half-years and years (R-2, F-3)."""

from datetime import date, timedelta

WEEKLY = "Weekly"
MOST = 12  # periods that are made up for
_MONTHS = {"Monthly": 1, "Quarterly": 3, "Half-Yearly": 6, "Yearly": 12}


def latest_whole(period: str, today: date) -> tuple[date, date]:
	"""The first and the last day of the latest whole period that ended before `today`."""
	if period == WEEKLY:
		monday = today - timedelta(days=today.weekday() + 7)
		return monday, monday + timedelta(days=6)
	months = _MONTHS[period]
	end = _start(today, months) - timedelta(days=1)
	return _start(end, months), end


def missed(period: str, last: date | None, today: date) -> list[tuple[date, date]]:
	"""The whole periods before `today` that begin after `last`, the end of what was made last, oldest first: at most the latest `MOST`, and the latest one alone
	if nothing was made yet."""
	found = [latest_whole(period, today)]
	while last and len(found) < MOST and (before := latest_whole(period, found[0][0]))[0] > last:
		found.insert(0, before)
	return found


def _start(day: date, months: int) -> date:
	"""The first day of the period of so many months that contains a day."""
	return date(day.year, (day.month - 1) // months * months + 1, 1)
