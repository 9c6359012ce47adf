"""Beside Frappe Insights (P-2): its users get the rows of this site's tables that they can read, whichever way they ask.

Insights queries the database by connections of its own. Its setting *Apply User Permissions* leaves rows out where a query is put together, but
not in the preview and the count of a table, in SQL that names the database, in dashboards for visitors, in alerts and in the data store. So
each query is looked at as the database gets it.
"""

from collections.abc import Callable
from functools import cache, partial

import frappe
from frappe import _

from client_comms.enforcement import guards
from client_comms.enforcement.row_conditions import among
from client_comms.rules.filtered_queries import NotReadableError, with_conditions

_SEARCH = "__global_search"
_VISITOR = "Guest"


def filtered(query: str) -> str:
	"""The query as the user can ask it.

	:raises frappe.PermissionError: it cannot be understood, and names a table with hidden rows
	"""
	user = _reader()
	if user == "Administrator":
		return query
	tables = {f"tab{doctype}": partial(guards.condition, doctype, user) for doctype in guards.held()}
	tables[_SEARCH] = partial(_condition_of_search, user)
	try:
		return with_conditions(query, tables)
	except NotReadableError:
		frappe.throw(
			_(
				"This query names a table with rows that you cannot read, and it cannot be told which rows it reads. Write it as one SELECT."
			),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def _reader() -> str:
	"""Jobs send alerts to anyone, and fill the data store, which everyone reads: they get what is open to visitors."""
	return frappe.session.user if getattr(frappe.local, "request", None) else _VISITOR


def _condition_of_search(user: str) -> str:
	"""The index of the global search has texts of all documents."""
	return f"not {among('`doctype`', guards.held())}" if guards.is_restricted(user) else ""


# Version 3 of Insights


def connect(connect_to: Callable, source):
	"""Around the connection to a data source: this site's database by whichever name."""
	backend = connect_to(source)
	connection = getattr(backend, "con", None)
	if hasattr(connection, "cursorclass") and backend.current_database == frappe.conf.db_name:
		connection.cursorclass = _looking(connection.cursorclass)
	return backend


@cache
def _looking(cursor: type) -> type:
	"""A cursor that executes only what is filtered."""

	class Cursor(cursor):
		def execute(self, query, args=None):
			text = query.decode() if isinstance(query, bytes | bytearray) else query
			return super().execute(filtered(text), args)

	return Cursor


def digest(make: Callable, *of):
	"""Around the name under which a result is kept for the next who asks: the same only for the same rows."""
	if of and isinstance(of[0], str):
		try:
			of = (filtered(of[0]), *of[1:])
		except frappe.PermissionError:  # SQL for another database, or for none
			frappe.clear_last_message()
			of = (*of, frappe.session.user)
	return make(*of)


# Version 2 of Insights


def escape(escape_query: Callable, source, query: str) -> str:
	"""Around what it does last with a query, before it asks for a result that was kept."""
	from insights.insights.doctype.insights_data_source.sources.frappe_db import SiteDB

	return escape_query(source, filtered(query) if isinstance(source, SiteDB) else query)
