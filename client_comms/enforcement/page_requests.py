"""Whether a request asks for a page: of a list, whose few rows the database reads in the order of an index, or of one document (D-5).

There are two ways to write a row condition that lets through the same rows, see `readers.Reader`. To judge each row by
look-ups costs a page next to nothing, and a query that reads a whole table far more than to know beforehand what the user takes part
in. Where a request surely reads the whole table, even what takes tens of milliseconds is looked up before. So this decides what a list costs, and never
what it contains.

MariaDB 10 takes a condition that names what the user takes part in for a reason to collect all open rows by several indexes, and sorts them for
a page of any query. There each row is judged also for other queries, unless they ask for a level.
"""

import re
from collections import Counter

import frappe
from frappe.utils.caching import site_cache

from client_comms.rules.access_rows import RowFilter

INTERACTION = "Client Interaction"
_METHODS = frozenset(
	(
		"frappe.desk.reportview.get",
		"frappe.desk.reportview.get_list",
		"frappe.desk.reportview.get_count",
		"frappe.client.get_list",
		"frappe.client.get_count",
		"frappe.desk.doctype.notification_log.notification_log.get_notification_logs",
		# What a form shows hangs on its document.
		"frappe.desk.form.load.getdoc",
		"frappe.desk.form.load.get_docinfo",
		"frappe.desk.form.load.get_communications",
		"frappe.desk.notifications.get_open_count",
	)
)
_SEARCH = "frappe.desk.search.search_link"
_WHOLE = frozenset(
	(
		"frappe.desk.listview.get_group_by_count",
		"frappe.desk.reportview.get_sidebar_stats",
		"frappe.desk.doctype.number_card.number_card.get_result",
		"frappe.desk.doctype.number_card.number_card.get_percentage_difference",
		_SEARCH,
	)
)
_LIST = re.compile(r"^/api/(?:v\d+/)?(?:resource|document)/[^/]+/?$")
_LIMITS = ("page_length", "limit_page_length", "limit")
_ORDER = re.compile(r"^(?:`tab[^`]+`\.)?`?(?P<column>\w+)`?(?: +(?:asc|desc))?$", re.IGNORECASE)
_INDEXED = ("creation", "modified", "name")
# Of the records that such a filter leaves, possibly the user can read only those that they take part in.
_LEVEL = "confidentiality_level"
_DECIDE = (_LEVEL, "communication_type", "matrix")
# Interactions, and how many of them are open to users who find a page among few more than its rows
_NEWEST, _ENOUGH = 200, 10
_FOR_SECONDS = 10 * 60


def ask_each_row(rows: RowFilter, user: str) -> bool:
	"""Whether a condition for the present request judges each row by look-ups: it asks for a page, of which most rows are open to the user by
	their kind, or for what the user is responsible for."""
	asked = getattr(frappe.local, "form_dict", None) or {}
	equal = _compared(asked)
	if equal.get("responsible_staff") == user and _reads_pages(asked):
		return True
	if not (_asks_for_page(asked) or merges_indexes()):
		return False
	level = equal.get(_LEVEL)
	others = _DECIDE if level is None else _DECIDE[1:]
	if any(column in f"{asked.get('filters')} {asked.get('or_filters')}" for column in others):
		return False
	if level is not None and not rows.reaches(level):
		return True
	found = sum(
		number for kind, number in _newest().items() if level in (None, kind[0]) and rows.opens(*kind)
	)
	return found >= _ENOUGH


def _compared(asked) -> dict[str, str]:
	"""The columns for whose one value the request asks, as lists do: `[["Client Interaction", "status", "=", "Open"]]`."""
	try:
		filters = frappe.parse_json(asked.get("filters"))
	except (ValueError, RecursionError):  # Frappe reports it
		return {}
	if isinstance(filters, dict):
		return {column: value for column, value in filters.items() if isinstance(value, str)}
	conditions = filters if isinstance(filters, list) else ()
	return {
		each[-3]: each[-1]
		for each in conditions
		if isinstance(each, list) and len(each) in (3, 4) and each[-2] == "="
		if isinstance(each[-3], str) and isinstance(each[-1], str)
	}


def asks_for_level() -> bool:
	"""Whether the present request asks for records of one level."""
	return _LEVEL in _compared(getattr(frappe.local, "form_dict", None) or {})


def reads_whole_table() -> bool:
	"""Whether the present request reads all rows that are open to the user, to count them by a column or to look for a text."""
	asked = getattr(frappe.local, "form_dict", None) or {}
	return bool(asked.get("cmd") in _WHOLE or asked.get("group_by"))


def looks_for_text() -> bool:
	"""Whether the present request looks into the texts of all rows. For a condition on the level MariaDB would find nearly all of them by an index
	first, in twice the time.
	"""
	asked = getattr(frappe.local, "form_dict", None) or {}
	return asked.get("cmd") == _SEARCH or "like" in f"{asked.get('filters')} {asked.get('or_filters')}"


def _asks_for_page(asked) -> bool:
	if not asked or not _reads_pages(asked) or asked.get("group_by") or not _by_index(asked):
		return False
	return not any(str(asked.get(limit)) == "0" for limit in _LIMITS)  # all of them, as on a Kanban board


def _reads_pages(asked) -> bool:
	if cmd := asked.get("cmd"):
		return cmd in _METHODS
	request = getattr(frappe.local, "request", None)
	return bool(request and _LIST.match(request.path or ""))


def _by_index(asked) -> bool:
	order = asked.get("order_by")
	if not order:
		return True
	order, doctype = _ORDER.match(str(order).strip()), asked.get("doctype")
	if not order:
		return False
	return order["column"] in _INDEXED or bool(
		doctype and order["column"] == frappe.get_meta(str(doctype)).sort_field
	)


@site_cache(ttl=_FOR_SECONDS)
def _newest() -> dict[tuple[str, str, str], int]:
	"""Level, matrix and type → how many of the newest interactions have them; all of the most open one on a site that has few."""
	kinds = frappe.get_all(
		INTERACTION,
		fields=[_LEVEL, "matrix", "communication_type"],
		order_by="occurred_on desc",
		limit=_NEWEST,
		as_list=True,
	)
	return Counter(map(tuple, kinds))


@site_cache(ttl=_FOR_SECONDS)
def merges_indexes() -> bool:
	"""Whether the database is one from before MariaDB 11, which weighs what it costs to collect rows by several indexes."""
	((version,),) = frappe.db.sql("select version()")
	return int(version.split(".", 1)[0]) < 11
