"""When someone is reminded of what is due on a day. Dates are days in the site's time zone."""

from collections.abc import Sequence
from datetime import date, timedelta

BEFORE = (-30, -7, -1, 0)  # days from the day on which something is due
ON_THE_DAY = (0,)
THEN_EVERY = 7


def due(
	today: date,
	until: date,
	last: date | None,
	*,
	since: date | None = None,
	at: Sequence[int] = BEFORE,
) -> int | None:
	"""The step for which a reminder is due today, in days from `until`; None if there is none. After `until` they are weekly.

	If several steps were missed because nothing ran on their day, only the latest one is sent.

	:param last: the day of the last reminder about this `until`
	:param since: the day on which it was announced; steps up to that day are not repeated
	:param at: the steps before weekly ones, ascending
	"""
	weeks = (today - until).days // THEN_EVERY
	steps = [*at, weeks * THEN_EVERY] if weeks >= 1 else at
	known = max(filter(None, (last, since)), default=date.min)
	passed = [step for step in steps if known < until + timedelta(days=step) <= today]
	return passed[-1] if passed else None
