"""Common code of the reports on interactions: which rows count, how they are grouped, and the list behind a number (D-5).

A report queries the database once for all its rows, with the same user's list condition: interactions that a user
cannot read are not in any of their numbers.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zlib import crc32

import frappe
from frappe import _
from frappe.utils import format_date, get_datetime

from client_comms import clock
from client_comms.enforcement.interactions import LISTED_FOR
from client_comms.enforcement.methods import query_report
from client_comms.grouping import in_memory
from client_comms.i18n import bold
from client_comms.rules import access

INTERACTION = "Client Interaction"
TABLE = f"`tab{INTERACTION}`"

STAFF, TYPE, CHANNEL = "Responsible Staff", "Communication Type", "Channel"
CLIENT, COMPANY, WEEK = "Client", "Company", "Week"
_MONDAY = f"date_sub(date({TABLE}.`occurred_on`), interval weekday({TABLE}.`occurred_on`) day)"
# How rows are grouped: the fields of a group's key, and the Monday of the week.
_KEYS = {
	STAFF: ("responsible_staff",),
	TYPE: ("communication_type",),
	CHANNEL: ("channel",),
	CLIENT: ("party_type", "party"),
	COMPANY: ("company",),
	WEEK: ("week",),
}
_EQUALS = ("company", "communication_type", "channel", "responsible_staff", "party_type", "party")

# A report shows as many groups, and all further ones as one: a site can have a hundred thousand clients.
MOST_GROUPS = 500
OTHERS: tuple = ()  # their key
CHART_GROUPS = 20
# A report that lists records shows as many of them.
MOST_ROWS = 5000
_BITS = 20
_MASK = (1 << _BITS) - 1

# A condition of a list: field, operator, value. The desk turns a list of them into the list behind a number.
Condition = tuple[str, str, object]


def conditions(filters: dict) -> list[Condition]:
	"""The filters of a report as conditions of the list.

	:param filters: `company`, `communication_type`, `channel`, `responsible_staff`, `party_type`, `party`, and
	    the days `from_date` and `to_date` (both included) of `occurred_on`; all are optional
	:raises frappe.ValidationError: the period ends before it starts, or begins or ends on what is not a day
	"""
	since, until = _days(filters)
	found = [(field, "=", filters[field]) for field in _EQUALS if filters.get(field)]
	if since:
		found.append(("occurred_on", ">=", _midnight(since)))
	if until:
		found.append(("occurred_on", "<=", str(_end(until))))
	return found


def period(filters: dict, begin: date) -> tuple[datetime, datetime]:
	"""The first and the last moment of the days `from_date` and `to_date` of a report; by default from `begin` until today.

	:raises frappe.ValidationError: it ends before it starts, or begins or ends on what is not a day
	"""
	today = clock.now().date()
	since, until = _days({"from_date": begin, "to_date": today, **{k: v for k, v in filters.items() if v}})
	return get_datetime(since), _end(until)


def _days(filters: dict) -> tuple[date | None, date | None]:
	since, until = (
		clock.parse_day(filters[field]) if filters.get(field) else None for field in ("from_date", "to_date")
	)
	if since and until and since > until:
		frappe.throw(
			_("{0} is after {1}. Choose a later end.").format(
				bold(format_date(since)), bold(format_date(until))
			),
			title=_("Invalid Period"),
		)
	return since, until


def where(wanted: Sequence[Condition]) -> tuple[str, dict]:
	"""Rows that meet the conditions and that the session user can read, as SQL with its bound values."""
	values: dict[str, object] = {}
	parts = _met(wanted, "value", values)
	return " and ".join([query_report.readable_rows(INTERACTION), *parts]), values


def _met(conditions: Sequence[Condition], name: str, values: dict[str, object]) -> list[str]:
	"""Conditions as SQL; adds their `values`, which are called by `name` and a number."""
	parts = []
	for number, (field, operator, value) in enumerate(conditions):
		key = f"{name}_{number}"
		if operator == "is":
			parts.append(f"ifnull({TABLE}.`{field}`, '') {'!=' if value == 'set' else '='} ''")
		elif operator == "between":
			values[f"{key}_from"], values[f"{key}_to"] = value
			parts.append(f"{TABLE}.`{field}` between %({key}_from)s and %({key}_to)s")
		else:
			values[key] = value
			parts.append(f"{TABLE}.`{field}` {operator} %({key})s")
	return parts


def count(
	grouping: "Grouping | None",
	asked: Sequence[Condition],
	columns: Mapping[str, Sequence[Condition]],
	more: Mapping[str, str] | None = None,
) -> dict[tuple, dict[str, int]]:
	"""How many rows of each group meet the conditions of each column.

	:param grouping: None for all rows as one group, whose key is empty
	:param more: further columns, as SQL truth values or numbers of the report's own, which are added up
	:returns: key of the group -> column -> number
	"""
	rows, values = where(asked)
	sums = {column: f"sum({sql})" for column, sql in (more or {}).items()}
	for column, conditions in columns.items():
		# A count takes the database a quarter less time than a sum.
		sums[column] = f"count({' and '.join(_met(conditions, column, values)) or 1} or null)"
	counted = ", ".join(f"{sql} as `{column}`" for column, sql in sums.items())
	query, width = f"select {counted} from {TABLE} where {rows}", 0
	if grouping:
		query = in_memory(
			f"select {grouping.select()}, {counted} from {TABLE} where {rows} group by {grouping.columns()}"
		)
		width = len(grouping.keys)
	# nosemgrep: frappe-sql-format-injection (columns of the report; values are bound)
	found = frappe.db.sql(query, values)
	return {row[:width]: dict(zip(sums, map(_number, row[width:]), strict=True)) for row in found}


def clients_met(asked: Sequence[Condition]) -> dict[tuple[str, str], tuple[int, datetime]]:
	"""The clients of the interactions that meet conditions, as (DocType, name): how many they had, and when the last was."""
	if not frappe.has_permission(INTERACTION, "read"):
		return {}
	grouping = Grouping(CLIENT)
	rows, values = where([*asked, ("party", "is", "set")])
	counted = f"count(*), max({TABLE}.`occurred_on`)"
	query = in_memory(
		f"select {grouping.select()}, {counted} from {TABLE} where {rows} group by {grouping.columns()}"
	)
	# nosemgrep: frappe-sql-format-injection (columns of the table; values are bound)
	found = frappe.db.sql(query, values)
	return {(kind, name): (count, last) for kind, name, count, last in found}


def _number(total) -> int:
	return int(total or 0)


def gather(groups: dict[tuple, dict[str, int]], order: Callable[[tuple], object]) -> dict[tuple, dict]:
	"""The groups that come first, and one of all others (`OTHERS`) if there are more than `MOST_GROUPS`.

	:param groups: key → column → number, as `count` returns them
	:param order: by what the keys are sorted
	"""
	if len(groups) <= MOST_GROUPS:
		return groups
	shown = {key: groups[key] for key in heapq.nsmallest(MOST_GROUPS, groups, key=order)}
	others = [counts for key, counts in groups.items() if key not in shown]
	shown[OTHERS] = {column: sum(counts[column] for counts in others) for column in others[0]}
	return shown


def newest(doctype: str, filters: list, fields: Iterable[str], moment: str) -> tuple[list, str | None]:
	"""The newest rows that the session user can read, at most `MOST_ROWS`, and what the report says if there are more.

	:param moment: the field with the time of each
	:raises frappe.ValidationError: an export would leave some out, and nothing in the file would say so
	"""
	rows = frappe.get_list(
		doctype, filters, list(fields), order_by=f"{moment} desc, name desc", limit=MOST_ROWS + 1
	)
	if len(rows) <= MOST_ROWS:
		return rows, None
	if frappe.flags.get(LISTED_FOR) == access.EXPORT:
		frappe.throw(
			_(
				"There are more than {0} rows in this period, and an export would leave out the others. Choose a shorter period, and export one after the other."
			).format(MOST_ROWS),
			title=_("Too Many Rows"),
		)
	return rows[:MOST_ROWS], only_newest(MOST_ROWS)


def only_newest(shown: int) -> str:
	"""What a report says that leaves out older rows."""
	return _("Only the newest {0} are shown. Choose a shorter period to see others.").format(shown)


def require_grouping(name: str, known: Iterable[str]) -> None:
	"""
	:raises frappe.ValidationError: a report does not group by what is asked
	"""
	known = list(known)
	if name not in known:
		frappe.throw(
			_("Reports are not grouped by {0}. Choose one of these: {1}.").format(
				bold(name), ", ".join(_(each) for each in known)
			),
			title=_("Unknown Grouping"),
		)


class Grouping:
	"""How rows are grouped, and the label and content of a group."""

	def __init__(self, name: str):
		require_grouping(name, _KEYS)
		self.name = name
		self.keys = _KEYS[name]

	def select(self) -> str:
		"""The key as columns `key_0`, … of a query."""
		return ", ".join(f"{self._column(field)} as `key_{number}`" for number, field in enumerate(self.keys))

	def columns(self) -> str:
		"""What a query of `select` groups by: a number before the key, for MariaDB finds the group of a row among names alone
		three times as slowly."""
		keys = [f"`key_{number}`" for number in range(len(self.keys))]
		return f"crc32(concat_ws('\n', {', '.join(keys)})), {', '.join(keys)}"

	def number(self) -> str:
		"""`number_of` the key, as a column of a query."""
		fields = ", ".join(f"ifnull({self._column(field)}, '')" for field in self.keys)
		text = f"concat_ws('\n', {fields})"
		return f"(crc32({text}) << {_BITS} | crc32(reverse({text})) & {_MASK})"

	@staticmethod
	def number_of(key: tuple) -> int:
		"""A number of 52 bits for a key, which two of 100,000 groups share once in a million reports."""
		text = "\n".join(str(field or "") for field in key)
		return crc32(text.encode()) << _BITS | crc32(text[::-1].encode()) & _MASK

	@staticmethod
	def _column(field: str) -> str:
		return _MONDAY if field == "week" else _filled(field)

	def labels(self, keys: list[tuple]) -> dict[tuple, str]:
		"""The label of each group."""
		if OTHERS in keys:
			return {**self.labels([key for key in keys if key != OTHERS]), OTHERS: _("All Others")}
		if self.name == STAFF:
			names = names_of_staff([user for (user,) in keys])
			return {key: names.get(key[0]) or key[0] or _("No one") for key in keys}
		if self.name == CLIENT:
			names = {}
			for party_type in {party_type for party_type, _party in keys if party_type}:
				title = frappe.get_meta(party_type).get_title_field()
				parties = [party for kind, party in keys if kind == party_type]
				names[party_type] = _titles(party_type, title, parties)
			return {
				(kind, party): names.get(kind, {}).get(party) or party or _("Unknown Client")
				for kind, party in keys
			}
		if self.name == WEEK:
			return {key: format_date(key[0]) for key in keys}
		return {key: _(key[0]) if key[0] else "–" for key in keys}

	def behind(self, key: tuple, asked: list[Condition]) -> list[Condition] | None:
		"""The rows of a group as conditions of the list; None for all others, which no filters describe."""
		return None if key == OTHERS else [*asked, *self._conditions(key)]

	def _conditions(self, key: tuple) -> list[Condition]:
		if self.name == WEEK:
			(monday,) = key
			return [
				("occurred_on", ">=", _midnight(monday)),
				("occurred_on", "<", _midnight(monday + timedelta(days=7))),
			]
		return [
			(field, "=", value) if value else (field, "is", "not set")
			for field, value in zip(self.keys, key, strict=True)
		]


def notice(groups: Collection[tuple]) -> str:
	"""The note above every report; it does not say how many interactions are omitted, because that would reveal
	something about them.

	:param groups: the keys of the report's rows
	"""
	counted = _(
		"Only interactions that you can read are counted; in a file that you export, those that you can export."
	)
	if not groups:
		return " ".join((_none(), counted))
	if OTHERS not in groups:
		return counted
	shown = _("The first {0} are shown, and the others together. Narrow the filters to see these.")
	return " ".join((shown.format(MOST_GROUPS), counted))


def _none() -> str:
	if frappe.get_list(INTERACTION, limit=1):
		return _("No interaction matches the filters. Empty some of them.")
	return _(
		"There is no interaction yet that you can read. Emails are logged once a mailbox is connected, calls and meetings with Log Interaction."
	)


def in_files() -> str:
	"""The note above reports whose rows are records or count them, where a file has fewer than the screen."""
	return _("A file that you export has only interactions that you can export.")


def _filled(field: str) -> str:
	"""Treat empty values as null."""
	return f"nullif({TABLE}.`{field}`, '')"


def names_of_staff(users: Iterable[str | None]) -> dict[str, str]:
	"""User → full name; one query."""
	return _titles("User", "full_name", list(set(users)))


def _titles(doctype: str, title: str, names: list[str | None]) -> dict[str, str]:
	wanted = [name for name in names if name]
	if not wanted:
		return {}
	return dict(
		frappe.get_all(doctype, {"name": ("in", wanted)}, ["name", title], as_list=True, order_by=None)
	)


def _end(day: date) -> datetime:
	return datetime.combine(day, time.max)  # moments are stored with their microseconds


def _midnight(day: date) -> str:
	return str(get_datetime(day))
