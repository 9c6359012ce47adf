"""Figures of the scorecard: counts and percentages of documents that the reader can read, with the list behind each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from client_comms import compat
from client_comms.rules.scorecard import Target

INTERACTION = "Client Interaction"

Filters = list[list]
Count = Callable[[str, Filters], int]


def counting_once() -> Count:
	"""`compat.count_readable` that runs each query once: many figures do not depend on the period, or share a part."""
	counted: dict[tuple[str, str], int] = {}

	def count(doctype: str, filters: Filters) -> int:
		key = (doctype, repr(filters))
		if key not in counted:
			counted[key] = compat.count_readable(doctype, filters)
		return counted[key]

	return count


@dataclass(frozen=True, slots=True)
class Figure:
	"""A number of documents, or with `of` a percentage.

	:param label: a text to translate
	:param rows: the filters of what is counted, for a period
	:param of: the filters of the whole, in the same format; None: the number itself
	"""

	label: str
	doctype: str
	rows: Callable[[datetime, datetime], Filters]
	target: Target
	of: Callable[[datetime, datetime], Filters] | None = None

	def value(self, since: datetime, until: datetime, count: Count = compat.count_readable) -> float | None:
		"""None if there is nothing to compute a percentage of.

		:param count: how many documents of a DocType the session user can read that meet filters
		"""
		if self.of is None:
			return count(self.doctype, self.rows(since, until))
		whole = count(self.doctype, self.of(since, until))
		if not whole:
			return None
		return round(100 * count(self.doctype, self.rows(since, until)) / whole, 1)


def interactions(*conditions: list) -> Callable[[datetime, datetime], Filters]:
	"""Interactions of the period that meet conditions."""
	return lambda since, until: [["occurred_on", "between", [since, until]], *map(list, conditions)]


def dated(field: str, *conditions: list) -> Callable[[datetime, datetime], Filters]:
	"""Documents with a date or time in the period that meet conditions."""
	return lambda since, until: [[field, "between", [since, until]], *map(list, conditions)]


def now(*conditions: list) -> Callable[[datetime, datetime], Filters]:
	"""Documents that meet conditions, regardless of the period."""
	return lambda since, until: [*map(list, conditions)]
