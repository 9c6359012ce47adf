"""When someone who is away is back, and who gets the next interaction in turn (clause F-2).

Moments are naive, all in one time zone.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_NOON = time(12, 0)
_LONGEST = 1000  # absences and holidays in a row


@dataclass(frozen=True, slots=True)
class Absence:
	"""Away from `start` until before `end`."""

	start: datetime
	end: datetime


def of_days(first: date, last: date, *, from_noon: bool = False, until_noon: bool = False) -> Absence:
	"""The absence from a first to a last day, both included, or only in part."""
	start = datetime.combine(first, _NOON if from_noon else time.min)
	end = (
		datetime.combine(last, _NOON) if until_noon else datetime.combine(last + timedelta(days=1), time.min)
	)
	return Absence(start, end)


def back_at(
	absences: Iterable[Absence],
	holidays: Collection[date],
	now: datetime,
	opens: Callable[[datetime], datetime],
) -> datetime | None:
	"""The first business moment at which someone is there who is away at `now`; None if they are not away.

	Outside business hours, it counts whether they are there when business next opens. Absences and days off that follow
	each other without a business hour between them are one.

	:param holidays: days on which this person does not work
	:param opens: the first business moment at or after another one
	"""
	absences = sorted(absences, key=lambda each: each.start)
	first = moment = opens(now)
	for _step in range(_LONGEST):
		current = [each.end for each in absences if each.start <= moment < each.end]
		if current:
			moment = opens(max(current))
		elif moment.date() in holidays:
			moment = opens(datetime.combine(moment.date() + timedelta(days=1), time.min))
		else:
			break
	return None if moment == first else moment


def is_back_in_time(back: datetime | None, due: datetime | None) -> bool:
	"""Whether someone can take what is due first at `due` (None: nothing is): who is not away, or is back before that."""
	return back is None or (due is not None and back < due)


@dataclass(frozen=True, slots=True)
class Candidate:
	"""Someone who can get the next interaction.

	`last` orders by when they got their last one (never, if empty), `recent` counts those of the recent past, `open`
	those that are open now. `weight` is their share in percent; `most_open` limits `open` (0: no limit).
	"""

	user: str
	last: tuple = ()
	recent: int = 0
	open: int = 0
	weight: float = 100
	most_open: int = 0


def in_turn(candidates: Iterable[Candidate]) -> list[str]:
	"""Whose turn it is, first to last; without those who have no share or have enough.

	With equal shares, it is the one who got their last interaction longest ago. With unequal ones, the one who is
	furthest behind their share of the recent ones.
	"""
	able = [
		each for each in candidates if each.weight > 0 and (not each.most_open or each.open < each.most_open)
	]
	equal = len({each.weight for each in able}) < 2
	able.sort(key=lambda each: (0 if equal else (each.recent + 1) / each.weight, each.last, each.user))
	return [each.user for each in able]
