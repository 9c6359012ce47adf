"""How long closed records are kept, and what happens to them then (P-2).

A level says how many months after closing its records expire, and whether they are then anonymised or deleted; it can say
so differently for single communication types. A legal hold comes before both.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

ANONYMISE, DELETE, KEEP = "Anonymise", "Delete", "Keep"
MASK = "Mask"  # the document must stay; contact details in it go


@dataclass(frozen=True, slots=True)
class Term:
	"""`months` after closing, 0 for an unlimited time; then `action`, `ANONYMISE` or `DELETE`."""

	months: int
	action: str = ANONYMISE


@dataclass(frozen=True, slots=True)
class Schedule:
	"""What one level says: its `term`, and the terms of types that differ from it."""

	term: Term
	by_type: Mapping[str, Term]

	def of(self, communication_type: str | None) -> Term:
		return self.by_type.get(communication_type, self.term)

	def shortest(self) -> int:
		"""The fewest months after which anything of the level expires; 0 if nothing does."""
		return min((term.months for term in (self.term, *self.by_type.values()) if term.months), default=0)


@dataclass(frozen=True, slots=True)
class Outcome:
	"""What happens to a record: `action`, and the day on which it expired; `hold` if a legal hold keeps it."""

	action: str
	expired_on: date
	hold: str | None = None


def add_months(day: date, months: int) -> date:
	"""The same day of a later (or, with negative months, an earlier) month, or its last day if that month is shorter."""
	years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
	return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def decide(closed_on: date, term: Term, today: date, hold: str | None = None) -> Outcome | None:
	"""What happens today to a record that was closed on a day; None if nothing does.

	:param hold: the legal hold on the record, if there is one
	"""
	if not term.months:
		return None
	expired_on = add_months(closed_on, term.months)
	if expired_on > today:
		return None
	return Outcome(KEEP if hold else term.action, expired_on, hold)
