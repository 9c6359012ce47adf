"""Whether clients were acknowledged, answered and kept informed on time, and how long it took (C-3, C-4, R-2)."""

from array import array
from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil

import frappe
from frappe import _
from frappe.utils.formatters import format_value

from client_comms.client_interactions import reporting
from client_comms.client_interactions.report.response_compliance import times
from client_comms.client_interactions.reporting import TABLE, Condition, Grouping
from client_comms.rules import response_clock as clocks

_ANSWERED = ("promise_status", "=", clocks.NOT_REQUIRED)
_PROMISED = ("promise_status", "!=", clocks.NOT_REQUIRED)
# What is counted: column, filters of the list behind it. All values are stored on the record.
COUNTS: dict[str, tuple[Condition, ...]] = {
	"interactions": (),
	"acknowledged_in_time": (("acknowledge_status", "=", clocks.MET),),
	"acknowledged_late": (("acknowledge_status", "=", clocks.MET_LATE),),
	"not_acknowledged": (("acknowledge_status", "=", clocks.BREACHED),),
	"answered_in_time": (("respond_status", "=", clocks.MET), _ANSWERED),
	"promised_in_time": (("respond_status", "=", clocks.MET), _PROMISED),
	"answered_late": (("respond_status", "=", clocks.MET_LATE),),
	"not_answered": (("respond_status", "=", clocks.BREACHED),),
	"promises_kept": (("promise_status", "=", clocks.MET),),
	"promises_broken": (("promise_status", "in", (clocks.MET_LATE, clocks.BREACHED)),),
	# At any question; all others are about the latest one.
	"missed_any": (("breached", "=", 1),),
}
_PERCENTILES = {"median": Fraction(1, 2), "p90": Fraction(9, 10)}
# The only number without a list behind it, because desk lists do not support "or".
_OWING = (
	f"{TABLE}.`acknowledge_status` != '{clocks.NOT_REQUIRED}'"
	f" or {TABLE}.`respond_status` != '{clocks.NOT_REQUIRED}'"
)
# Sums of each group that are not counts of rows. Missed deadlines are those of every round, and of what was merged.
_SUMS = {"owing": _OWING, "missed_deadlines": f"{TABLE}.`missed_deadlines`"}


def execute(filters=None):
	"""Compliance by group, with a total row.

	:param filters: see `reporting.conditions`, and `group_by`: a name of `reporting.Grouping`
	:returns: columns, rows, message, chart and summary, as Frappe's reports do. Times are seconds of working
	    time; a percentile is the smallest value that at least that share does not exceed (nearest rank).
	    If the client wrote again on an interaction, the latest round counts.
	"""
	filters = frappe._dict(filters or {})
	grouping = Grouping(filters.group_by or reporting.STAFF)
	asked = reporting.conditions(filters)
	groups = _groups(grouping, asked)
	if not groups:
		return _columns(grouping), [], reporting.notice(groups), None, None
	total = _total(groups.values())
	rows = _rows(grouping, groups, asked)
	target = frappe.get_cached_doc("Client Comms Settings").target_share or 0
	chart = _chart(rows, grouping.name == reporting.WEEK, target)
	rows.append({**_row(_("All"), total, asked), "is_total": 1})
	latest = _(
		"Shares and times are about the latest question of each interaction; Missed a Deadline counts those that missed any."
	)
	notice = f"{reporting.notice(groups)} {latest}"
	return _columns(grouping), rows, notice, chart, _summary(rows[-1], target)


def _groups(grouping: Grouping, asked: list[Condition]) -> dict[tuple, dict]:
	counted = reporting.count(grouping, asked, COUNTS, _SUMS)
	groups = reporting.gather(counted, _order(grouping, counted))
	for key, taken in times.of_groups(grouping, asked, groups).items():
		groups[key] |= {"times": taken}
	return groups


def _order(grouping: Grouping, groups: dict[tuple, dict]) -> Callable[[tuple], tuple]:
	"""The newest weeks, or the groups that owe the most, come first."""
	if grouping.name == reporting.WEEK:
		return lambda key: (-key[0].toordinal(),)
	return lambda key: (-groups[key]["owing"], *(field or "" for field in key))


def _total(groups: Iterable[dict]) -> dict:
	groups = list(groups)
	total = {column: sum(group[column] for group in groups) for column in (*_SUMS, *COUNTS)}
	total["times"] = times.nothing()
	for group in groups:
		for all_times, taken in zip(total["times"], group.get("times", ()), strict=False):
			all_times.extend(taken)
	return total


def _percentiles(taken: list[array]) -> dict:
	"""Median and 90th percentile of both times; None of what nothing took: Frappe's export wants each column in each row."""
	found = {}
	for name, ordered in zip(times.COLUMNS, map(sorted, taken), strict=True):
		for label, share in _PERCENTILES.items():
			found[f"{name}_{label}"] = ordered[ceil(share * len(ordered)) - 1] if ordered else None
	return found


def _rows(grouping: Grouping, groups: dict[tuple, dict], asked: list[Condition]) -> list[dict]:
	labels = grouping.labels(list(groups))
	if grouping.name == reporting.WEEK:
		keys = sorted(groups)
	else:
		keys = sorted(groups, key=lambda key: (key == reporting.OTHERS, -groups[key]["owing"], labels[key]))
	return [_row(labels[key], groups[key], grouping.behind(key, asked)) for key in keys]


def _row(label: str, counts: dict, behind: list[Condition] | None) -> dict:
	return {
		"group": label,
		**{column: counts[column] for column in (*_SUMS, *COUNTS)},
		**_percentiles(counts.get("times") or times.nothing()),
		"acknowledged_share": _share(
			counts["acknowledged_in_time"], counts["acknowledged_late"], counts["not_acknowledged"]
		),
		"replied_share": _share(
			counts["answered_in_time"] + counts["promised_in_time"],
			counts["answered_late"],
			counts["not_answered"],
		),
		"drill": behind,
	}


def _share(in_time: int, *not_in_time: int) -> float | None:
	judged = in_time + sum(not_in_time)
	return round(100 * in_time / judged, 1) if judged else None


def _columns(grouping: Grouping) -> list[dict]:
	def number(column, label):
		return {
			"fieldname": column,
			"label": label,
			"fieldtype": "Int",
			"width": _width(label),
			"drill": COUNTS[column],
		}

	def share(column, label):
		return {
			"fieldname": column,
			"label": label,
			"fieldtype": "Percent",
			"precision": 1,
			"width": _width(label),
		}

	def working_time(column, label):
		return {
			"fieldname": column,
			"label": label,
			"fieldtype": "Duration",
			"hide_days": 1,
			"hide_seconds": 1,
			"width": _width(label),
		}

	return [
		{"fieldname": "group", "label": _(grouping.name), "fieldtype": "Data", "width": 190},
		number("interactions", _("Interactions")),
		{
			"fieldname": "owing",
			"label": _("Reply Expected"),
			"fieldtype": "Int",
			"width": _width(_("Reply Expected")),
		},
		share("acknowledged_share", _("Acknowledged in Time %")),
		number("acknowledged_in_time", _("Acknowledged in Time")),
		number("acknowledged_late", _("Acknowledged Late")),
		number("not_acknowledged", _("Not Acknowledged, Overdue")),
		share("replied_share", _("Answered or Promised in Time %")),
		number("answered_in_time", _("Answered in Time")),
		number("promised_in_time", _("Promised in Time")),
		number("answered_late", _("Answered or Promised Late")),
		number("not_answered", _("Not Answered, Overdue")),
		number("promises_kept", _("Promises Kept")),
		number("promises_broken", _("Promises Broken")),
		number("missed_any", _("Missed a Deadline")),
		{
			"fieldname": "missed_deadlines",
			"label": _("Missed Deadlines"),
			"fieldtype": "Int",
			"width": _width(_("Missed Deadlines")),
		},
		working_time("acknowledge_median", _("Median Working Time to Acknowledge")),
		working_time("acknowledge_p90", _("90% Acknowledged within")),
		working_time("answer_median", _("Median Working Time to Answer")),
		working_time("answer_p90", _("90% Answered within")),
	]


def _width(label: str) -> int:
	return 50 + 7 * len(label)


def _chart(rows: list[dict], by_week: bool, target: float) -> dict | None:
	"""Both shares of each group, and the target as a line; groups in which nothing was judged yet are left out, and so is the bar of what
	was not in a group."""
	# The legend has room for one word.
	series = {_("Acknowledged"): "acknowledged_share", _("Answered"): "replied_share"}
	shown = [row for row in rows if any(row[share] is not None for share in series.values())]
	# The last weeks, or the groups that owe the most.
	shown = shown[-reporting.CHART_GROUPS :] if by_week else shown[: reporting.CHART_GROUPS]
	if not shown:
		return None
	line = {
		"label": _("Target: {0} %").format(f"{target:g}"),
		"value": target,
		"options": {"labelPos": "left"},
	}
	return {
		"data": {
			"labels": [row["group"] for row in shown],
			"datasets": [
				{"name": name, "values": [row[share] for row in shown]} for name, share in series.items()
			],
			"yMarkers": [line] if target else [],
		},
		"type": "bar",
		"colors": ["#449cf0", "#28a745"],
	}


def _summary(row: dict, target: float) -> list[dict]:
	shares = {
		_("Acknowledged in Time"): row["acknowledged_share"],
		_("Answered or Promised in Time"): row["replied_share"],
		_("Promises Kept"): _share(row["promises_kept"], row["promises_broken"]),
	}
	return [
		{"label": _("Reply Expected"), "value": row["owing"], "datatype": "Int", "indicator": "Blue"},
		*(
			{
				"label": label,
				"value": f"{format_value(share, {'fieldtype': 'Float', 'precision': 1})}%",
				"datatype": "Data",  # of a percentage, Frappe shows three decimals, which look like thousands
				"indicator": "Green" if share >= target else "Red",
			}
			for label, share in shares.items()
			if share is not None
		),
		{
			"label": _("Missed a Deadline"),
			"value": row["missed_any"],
			"datatype": "Int",
			"indicator": "Red" if row["missed_any"] else "Green",
		},
	]
