"""Two versions of a document, or of several, as a list of differences that can be read (T-4)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Difference:
	"""A field that differs; `table` and `row` say where if it is one of a table, `old` and `new` are as given.

	Of a row that only one of the two has, every field with a value is a difference of the kind ADDED or REMOVED.
	"""

	kind: str
	field: str
	old: object
	new: object
	table: str | None = None
	row: tuple[object, ...] = ()


def differences(old: _Values, new: _Values, keys: Mapping[str, tuple[str, ...]]) -> list[Difference]:
	"""What `new` has otherwise than `old`, in the order of the fields of `new`; the order of rows does not count.

	:param old: values by field name; a table is a list of such mappings; if it is empty, everything is added
	:param keys: table → the fields by which its rows are recognised; rows with the same key are counted off, and so
	    are all rows of a table without a key, whose order counts
	"""
	found = []
	for field in dict.fromkeys((*new, *old)):
		before, after = old.get(field), new.get(field)
		if field in keys:
			found += _of_tables(field, before or (), after or (), keys[field])
		elif _content(before) != _content(after):
			found.append(Difference(_kind(before, after), field, before, after))
	return found


def _of_tables(
	table: str, old: Iterable[_Values], new: Iterable[_Values], key: tuple[str, ...]
) -> Iterator[Difference]:
	before, after = _by_key(old, key), _by_key(new, key)
	for place in dict.fromkeys((*before, *after)):
		one, other = before.get(place, {}), after.get(place, {})
		row = tuple(each for each in place[:-1] if each not in (None, "")) if key else (place[-1] + 1,)
		only = REMOVED if not other else ADDED if not one else None
		for field in dict.fromkeys((*one, *other)):
			if _content(one.get(field)) != _content(other.get(field)):
				kind = only or CHANGED
				yield Difference(kind, field, one.get(field), other.get(field), table, row)


def _by_key(rows: Iterable[_Values], key: tuple[str, ...]) -> dict[tuple, _Values]:
	found: dict[tuple, _Values] = {}
	for row in rows:
		named = tuple(row.get(field) for field in key)
		number = sum(1 for each in found if each[:-1] == named)
		found[(*named, number)] = row
	return found


def _content(value: object) -> str:
	"""A value in comparable form: 0, False, empty and missing are one, and so are 1, 1.0 and True."""
	if value in (None, "", 0, False):
		return ""
	if isinstance(value, bool | int | float):
		return f"{float(value):g}"
	return str(value)


def _kind(old: object, new: object) -> str:
	if not _content(old):
		return ADDED
	return CHANGED if _content(new) else REMOVED
