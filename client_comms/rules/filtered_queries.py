"""A query of another app, as the database gets it, with only those rows of each table that its reader can read (P-2).

The query is read as a tree, and each table of which rows are hidden is replaced by the rows that are not. What the database then executes
is written from that tree, so that nothing in the text of the query, such as a comment that only the database would execute, goes past it.
The library that reads it (sqlglot) comes with the app whose query it is.
"""

import secrets
from collections.abc import Callable, Mapping

_DIALECT = "mysql"


class NotReadableError(ValueError):
	"""The query cannot be understood, or is none that only reads."""


def with_conditions(query: str, tables: Mapping[str, Callable[[], str]]) -> str:
	"""The query, with conditions on the rows of some tables; as it is if it names none of them, or if all of their rows are open.

	:param tables: table → what computes the condition in SQL, empty if every row is open; asked only of tables that the query may name
	:raises NotReadableError: it names one of them and cannot be understood
	"""
	text = query.lower()
	named = {table.lower(): condition for table, condition in tables.items() if table.lower() in text}
	conditions = {table: condition for table, computed in named.items() if (condition := computed())}
	if not conditions:
		return query
	statement = _parsed(query)
	rows = {}
	for table in _tables(statement):
		if condition := conditions.get(table.name.lower()):
			# A name that no one can know stands for them until the query is written.
			name = secrets.token_hex(16)
			rows[name] = f"(SELECT * FROM `{table.name}` WHERE ({condition}))"
			_replace(table, name)
	# Also if no table was found: the database is to get what was understood, and nothing else.
	written = statement.sql(dialect=_DIALECT, comments=False)
	for name, found in rows.items():
		written = written.replace(f"`{name}`", found)
	return written


def _parsed(query: str):
	import sqlglot
	from sqlglot import exp

	try:
		statements = [each for each in sqlglot.parse(query, dialect=_DIALECT) if each is not None]
	except (sqlglot.errors.SqlglotError, RecursionError) as error:
		raise NotReadableError from error
	if len(statements) != 1 or not isinstance(statements[0], exp.Query | exp.Describe | exp.Show | exp.Set):
		raise NotReadableError
	(statement,) = statements
	# The fields of a table, and not a query that is explained or carried out.
	if not isinstance(statement, exp.Query) and statement.find(exp.Query):
		raise NotReadableError
	if statement.find(exp.Into, exp.Command):
		raise NotReadableError
	return statement


def _tables(statement) -> list:
	from sqlglot import exp

	if not isinstance(statement, exp.Query):
		return []
	return [each for each in statement.find_all(exp.Table) if each.name and not _is_of_query(each)]


def _is_of_query(table) -> bool:
	"""Whether the query itself defines what it names there (`with … as`); in doubt it is the table of the database."""
	from sqlglot import exp

	if table.args.get("db") or table.args.get("catalog"):
		return False
	node, inside = table.parent, None
	while node is not None:
		if isinstance(node, exp.CTE):
			inside = node
		elif isinstance(node, exp.Query):
			for cte in node.ctes:
				if cte is inside:  # this one and those behind it are not known here yet
					break
				if cte.alias == table.name and not cte.parent.args.get("recursive"):
					return True
			inside = None
		node = node.parent
	return False


def _replace(table, name: str) -> None:
	from sqlglot import exp

	if not table.alias:
		table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
	# What only a table of the database has: its place, its parts, the indexes to use.
	for what in ("db", "catalog", "partition", "hints"):
		table.set(what, None)
	table.set("this", exp.to_identifier(name, quoted=True))
