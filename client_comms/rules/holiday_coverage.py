"""For which days holidays are known: lists of holidays begin and end, mostly with a year (C-3, C-4)."""

from collections.abc import Iterable
from datetime import date, timedelta

Span = tuple[date, date]  # first and last day of a list


def known_until(spans: Iterable[Span], day: date) -> date | None:
	"""The last day before the first one from `day` onwards that no list covers; None if none covers `day` itself."""
	until = day - timedelta(days=1)
	for first, last in sorted(spans):
		if first > until + timedelta(days=1):
			break
		until = max(until, last)
	return until if until >= day else None


def begins_after(spans: Iterable[Span], day: date) -> date | None:
	"""The first day of the next list that begins after `day`."""
	return min((first for first, _last in spans if first > day), default=None)
