"""What row conditions are written with: SQL as text, whose values are escaped (D-5)."""

from collections.abc import Collection, Iterable

import frappe

NOTHING, EVERYTHING = "(1 = 0)", "(1 = 1)"


def literal(value: str) -> str:
	"""An SQL literal without percent signs, which some callers of a condition treat as parameters and others do not."""
	return f"_utf8mb4 0x{value.encode().hex()}" if "%" in value else frappe.db.escape(value)


def among(column: str, values: Collection[str]) -> str:
	"""Whether the column has one of these values."""
	return f"{column} in ({', '.join(map(literal, sorted(values)))})" if values else NOTHING


def either(branches: Iterable[str]) -> str:
	"""Whether any of the branches applies, in brackets."""
	return f"({' or '.join(branches) or NOTHING})"


def of_row(doctype: str, column: str, condition: str, missing: str = "0") -> str:
	"""Whether the row of `doctype` that `column` names fulfils a condition.

	:param missing: the answer if the row does not exist
	"""
	table = f"`tab{doctype}`"
	return f"(coalesce((select ifnull({condition}, 0) from {table} where {table}.`name` = {column}), {missing}) = 1)"


def there_is(query: str) -> str:
	"""Whether a query finds a row, asked for each row of the list. An `exists` MariaDB may turn into an `in`."""
	return f"(coalesce(({query} limit 1), 0) = 1)"


def few(query: str, most: int) -> list[str] | None:
	"""The names that a query finds; None if they are too many for a condition."""
	# nosemgrep: frappe-sql-format-injection (a query of this module, whose values are escaped)
	names = frappe.db.sql_list(f"{query} limit {most + 1}")
	return names if len(names) <= most else None


def meeting(doctype: str, names: Iterable[str], condition: str | None) -> set[str]:
	"""Those of the names whose rows meet a condition, as they were given (some DocTypes have numbers for names, which requests send as texts);
	all, without a query, if it is empty."""
	names = set(names)
	if not names or not condition:
		return names
	table, wanted = f"`tab{doctype}`", ", ".join(map(frappe.db.escape, names))
	# nosemgrep: frappe-sql-format-injection (a condition of the app's; names are escaped)
	found = frappe.db.sql_list(
		f"select {table}.`name` from {table} where {table}.`name` in ({wanted}) and ({condition})"
	)
	met = {str(name) for name in found}
	return {name for name in names if str(name) in met}
