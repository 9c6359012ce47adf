"""How long acknowledging and answering took, of each interaction of a report: a year of a large site has half a million (R-2)."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

import frappe

from client_comms import compat
from client_comms.client_interactions import reporting
from client_comms.client_interactions.reporting import TABLE, Condition, Grouping

# What is measured: columns, the seconds of working time, and when it ended.
COLUMNS = {
	"acknowledge": ("acknowledge_working_seconds", "acknowledged_on"),
	"answer": ("respond_working_seconds", "answered_on"),
}
UNKNOWN = -1  # seconds, of what ended without their number
# Of how many days the times are joined, in at most how many bytes.
_DAYS, _TEXT = timedelta(days=7), 16 * 1024 * 1024


def nothing() -> list[array]:
	return [array("q") for _column in COLUMNS]


def of_groups(
	grouping: Grouping, asked: list[Condition], shown: Collection[tuple]
) -> dict[tuple, list[array]]:
	"""The times of each group that is shown, in the order of `COLUMNS`: seconds of working time."""
	# The driver of version 15 takes longer for a row than the database, and that of version 16 a tenth of it.
	read = _as_rows if compat.is_version_16() else _as_texts
	groups: dict[tuple, list[array]] = defaultdict(nothing)
	for key, times in read(grouping, asked, shown):
		for all_times, time in zip(groups[key if key in shown else reporting.OTHERS], times, strict=True):
			if time is not None:
				all_times.append(time)
	return groups


_Read = Iterator[tuple[tuple | None, Sequence[int | None]]]


def _as_rows(grouping: Grouping, asked: list[Condition], shown: Collection[tuple]) -> _Read:
	where, values = reporting.where(asked)
	with frappe.db.unbuffered_cursor():
		# nosemgrep: frappe-sql-format-injection (columns of the report; values are bound)
		for row in frappe.db.sql(
			f"select {_columns('null')}, {grouping.select()} from {TABLE} where {where}",
			values,
			as_iterator=True,
			as_list=True,
		):
			yield tuple(row[len(COLUMNS) :]), row[: len(COLUMNS)]


def _as_texts(grouping: Grouping, asked: list[Condition], shown: Collection[tuple]) -> _Read:
	"""The database joins those of some days; keys that are not shown are not told apart."""
	keys = {grouping.text(key): key for key in shown}
	for line in _lines(grouping, asked):
		*times, text = line.split(" ", len(COLUMNS))
		yield keys.get(text), [int(time) if time else None for time in times]


def _lines(grouping: Grouping, asked: list[Condition]) -> Iterator[str]:
	where, values = reporting.where(asked)
	line = f"concat_ws(' ', {_columns(repr(''))}, {grouping.as_text()})"
	query = (
		f"set statement group_concat_max_len = {_TEXT} for select count(*), group_concat({line}, ';' separator '')"
		f" from {TABLE} where {where} and {TABLE}.`occurred_on` >= %(since)s and {TABLE}.`occurred_on` < %(until)s"
		f" and crc32({TABLE}.`name`) %% %(parts)s = %(part)s"
	)
	since, until = reporting.period(asked)
	left = [(day, min(day + _DAYS, until), 1, 0) for day in _days(since, until)]
	while left:
		since, until, parts, part = left.pop()
		# nosemgrep: frappe-sql-format-injection (columns of the report; values are bound)
		((number, text),) = frappe.db.sql(
			query, {**values, "since": since, "until": until, "parts": parts, "part": part}
		)
		*lines, _rest = (text or "").split(";")
		if len(lines) == number:
			yield from lines
		else:  # the text was cut off
			left += ((since, until, 2 * parts, each) for each in (part, part + parts))


def _columns(not_ended: str) -> str:
	return ", ".join(
		f"if({TABLE}.`{ended}` is null, {not_ended}, ifnull({TABLE}.`{seconds}`, {UNKNOWN}))"
		for seconds, ended in COLUMNS.values()
	)


def _days(since: datetime, until: datetime) -> Iterator[datetime]:
	while since < until:
		yield since
		since += _DAYS
