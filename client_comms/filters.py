"""Filters of Frappe's queries that the database answers by an index (D-5)."""

from collections.abc import Iterable

_NOWHERE = "client_comms: none of these"  # visible, because the database takes a text of control characters for an empty one


def one_of(values: Iterable[str | None]) -> tuple[str, list[str]]:
	"""The filter for rows whose field has one of the values; for none if there are none. Empty ones are left out.

	With an empty value in a list, or without any, Frappe asks for `ifnull(field, '')`, for which the database reads the whole table.
	"""
	return "in", [*filter(None, values)] or [_NOWHERE]
