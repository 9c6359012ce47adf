"""Figures of the scorecard: counts and shares of documents, under the reader's rights, with the list behind each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from client_comms import compat
from client_comms.rules.scorecard import Target

INTERACTION = "Client Interaction"

Filters = list[list]


@dataclass(frozen=True, slots=True)
class Figure:
	"""A number of documents, or with `of` their share in percent.

	:param label: a text to translate
	:param rows: the filters of what is counted, for a period
	:param of: likewise for the whole; None: the number itself
	"""

	label: str
	doctype: str
	rows: Callable[[datetime, datetime], Filters]
	target: Target
	of: Callable[[datetime, datetime], Filters] | None = None

	def value(self, since: datetime, until: datetime) -> float | None:
		"""None where there is nothing to take a share of."""
		if self.of is None:
			return compat.count(self.doctype, self.rows(since, until))
		whole = compat.count(self.doctype, self.of(since, until))
		if not whole:
			return None
		return round(100 * compat.count(self.doctype, self.rows(since, until)) / whole, 1)


def interactions(*conditions: list) -> Callable[[datetime, datetime], Filters]:
	"""Interactions of the period that fulfil conditions."""
	return lambda since, until: [["occurred_on", "between", [since, until]], *map(list, conditions)]


def dated(field: str, *conditions: list) -> Callable[[datetime, datetime], Filters]:
	"""Documents with a date or moment in the period that fulfil conditions."""
	return lambda since, until: [[field, "between", [since, until]], *map(list, conditions)]


def now(*conditions: list) -> Callable[[datetime, datetime], Filters]:
	"""Documents that fulfil conditions, whatever the period."""
	return lambda since, until: [*map(list, conditions)]
