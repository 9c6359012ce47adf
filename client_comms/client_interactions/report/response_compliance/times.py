"""How long acknowledging and answering took, of each interaction of a report: a year of a large site has half a million (R-2)."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping

import frappe

from client_comms.client_interactions import reporting
from client_comms.client_interactions.reporting import TABLE, Condition, Grouping

# What is measured: columns, the seconds of working time, and when it ended.
COLUMNS = {
	"acknowledge": ("acknowledge_working_seconds", "acknowledged_on"),
	"answer": ("respond_working_seconds", "answered_on"),
}
_NOT_ENDED = -1
# The database joins the numbers of so many interactions to one text of at most so many bytes: as rows, they would take the driver of
# version 15 longer than the database.
_AT_ONCE, _TEXT = 600_000, 16 * 1024 * 1024


def nothing() -> list[array]:
	return [array("q") for _column in COLUMNS]


def of_groups(
	grouping: Grouping, asked: list[Condition], shown: Mapping[tuple, Mapping[str, int]]
) -> dict[tuple, list[array]]:
	"""The times of each group that is shown, in the order of `COLUMNS`: seconds of working time.

	:param shown: key of the group → `{"interactions": their number, …}`
	"""
	keys = {grouping.number_of(key): key for key in shown}
	groups: dict[tuple, list[array]] = defaultdict(nothing)
	step = 1 + len(COLUMNS)
	for text in _texts(grouping, asked, sum(counts["interactions"] for counts in shown.values())):
		numbers = array("q", map(int, text.split()))
		for column in range(len(COLUMNS)):
			for number, time in zip(numbers[::step], numbers[column + 1 :: step], strict=True):
				if time != _NOT_ENDED:
					groups[keys.get(number, reporting.OTHERS)][column].append(time)
	return groups


def _texts(grouping: Grouping, asked: list[Condition], rows: int) -> Iterator[str]:
	"""Lines of the number of the group, and each time."""
	where, values = reporting.where(asked)
	times = ", ' ', ".join(
		f"if({TABLE}.`{ended}` is null, {_NOT_ENDED}, ifnull({TABLE}.`{seconds}`, {_NOT_ENDED}))"
		for seconds, ended in COLUMNS.values()
	)
	any_ended = " or ".join(f"{TABLE}.`{ended}` is not null" for _seconds, ended in COLUMNS.values())
	query = (
		f"set statement group_concat_max_len = {_TEXT} for"
		f" select count(*), group_concat({grouping.number()}, ' ', {times}, '\n' separator '')"
		f" from {TABLE} where {where} and ({any_ended}) and crc32({TABLE}.`name`) %% %(parts)s = %(part)s"
	)
	# Not by time: for less than most of the table, the database would look up each row by an index.
	parts = 1 + rows // _AT_ONCE
	left = [(parts, part) for part in range(parts)]
	while left:
		parts, part = left.pop()
		# nosemgrep: frappe-sql-format-injection (columns of the report; values are bound)
		((number, text),) = frappe.db.sql(query, {**values, "parts": parts, "part": part})
		text = text or ""
		if text.count("\n") == number and text[-1:] in ("", "\n"):
			yield text
		else:  # it was cut off
			left += ((2 * parts, each) for each in (part, part + parts))
