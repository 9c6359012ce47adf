"""Counts the documents of many figures (R-3): each query once, and the interactions of a period with one query for all."""

from collections import defaultdict
from collections.abc import Iterable

from client_comms import compat
from client_comms.client_interactions import reporting
from client_comms.scorecard.figures import INTERACTION, Count, Filters


def counting(wanted: Iterable[tuple[str, Filters]] = ()) -> Count:
	"""`compat.count_readable` that runs each query once: many figures do not depend on the period, or share a part.

	:param wanted: what will be asked for, as far as it is known. Those of a period of a large site would each read it all
	"""
	counted = _together([filters for doctype, filters in wanted if doctype == INTERACTION])

	def count(doctype: str, filters: Filters) -> int:
		key = _key(doctype, filters)
		if key not in counted:
			counted[key] = compat.count_readable(doctype, filters)
		return counted[key]

	return count


def _key(doctype: str, filters: Filters) -> tuple[str, str]:
	return doctype, repr(filters)


def _together(wanted: list[Filters]) -> dict[tuple[str, str], int]:
	"""The numbers of interactions, by one query for all of the same period. Others, such as what is open, are few and found by indexes."""
	periods: dict[str, dict[str, Filters]] = defaultdict(dict)
	for filters in wanted:
		if filters and filters[0][1] == "between":
			periods[repr(filters[0])][repr(filters)] = filters
	found = {}
	for same in periods.values():
		filters = list(same.values())
		columns = {f"number_{number}": each[1:] for number, each in enumerate(filters)}
		(numbers,) = reporting.count(None, filters[0][:1], columns).values()
		for each, number in zip(filters, numbers.values(), strict=True):
			found[_key(INTERACTION, each)] = number
	return found
