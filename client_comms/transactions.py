"""Values that are computed from the database once in each transaction (D-5).

A cache whose key is deleted when a row is saved is not enough: the request that saved it may still be rolled back, and
another one that began earlier still reads the rows as they were. Either would store a value that no one else may use.
So a value lives as long as the transaction whose rows it was computed from, and what is shared between requests
is used only by transactions that see the same rows.
"""

from collections.abc import Callable
from typing import TypeVar

import frappe

_Value = TypeVar("_Value")
_DAY = 24 * 60 * 60


def once(key: str, compute: Callable[[], _Value]) -> _Value:
	"""The value in this transaction; computed again after a commit or a rollback, also one to a savepoint."""
	values = frappe.db.value_cache  # Frappe empties it then
	if key not in values:
		values[key] = compute()
	return values[key]


def shared(key: str, state: Callable[[], object], build: Callable[[], _Value]) -> _Value:
	"""The same for a value that is expensive to build: taken from Redis if it was built from the same rows.

	:param state: identifies the rows as this transaction sees them, such as their names and times of change
	"""

	def compute() -> _Value:
		seen = state()
		stored = frappe.cache.get_value(key, expires=True)
		if stored and stored[0] == seen:
			return stored[1]
		value = build()
		frappe.cache.set_value(key, (seen, value), expires_in_sec=_DAY)
		return value

	return once(key, compute)


def forget(key: str) -> None:
	"""This transaction changed the rows: compute the value again."""
	frappe.db.value_cache.pop(key, None)
	frappe.cache.delete_value(key)
