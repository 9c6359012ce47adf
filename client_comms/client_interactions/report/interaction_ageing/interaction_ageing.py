"""How late open interactions are, or how soon due, in working days (C-3, C-4, R-2)."""

import frappe
from frappe import _
from frappe.utils import cstr

from client_comms import clock
from client_comms.client_interactions import reporting
from client_comms.client_interactions.reporting import Condition, Grouping
from client_comms.communication_governance import calendars
from client_comms.i18n import bold, plain, refuse
from client_comms.rules import ageing
from client_comms.rules import response_clock as clocks
from client_comms.rules.messages import RuleError

_DAYS = "1, 5"
_OPEN: Condition = ("status", "!=", clocks.STATUS_CLOSED)


def execute(filters=None):
	"""Open interactions by group and bucket of their next deadline.

	:param filters: see `reporting.conditions`; `group_by`: a name of `reporting.Grouping`; `days`: the limits of
	    the buckets in working days, such as "1, 5"
	:returns: columns, rows, message and chart, as Frappe's reports do. Working days are those of the calendar of
	    the company in the filters, otherwise the default calendar.
	"""
	filters = frappe._dict(filters or {})
	grouping = Grouping(filters.group_by or reporting.STAFF)
	buckets = _buckets(filters.days or _DAYS, filters.company)
	asked = [*reporting.conditions(filters), _OPEN]
	counted = {key: conditions for key, (_label, conditions) in buckets.items()}
	groups = reporting.count(grouping, asked, {**counted, "total": []})
	groups = reporting.gather(
		groups, lambda key: (_most_overdue(groups[key]), *(field or "" for field in key))
	)
	rows = _rows(grouping, groups, asked)
	message = " ".join((reporting.notice(groups), _("Days are working days.")))
	return _columns(grouping, buckets), rows, message, _chart(buckets, rows[:-1])


def _buckets(days: str, company: str | None) -> dict[str, tuple[str, list[Condition]]]:
	"""Column -> its label, and the filters of the list behind it."""
	try:
		numbers = [float(each) for each in cstr(days).split(",")]
	except ValueError:
		frappe.throw(
			_("{0} is not a valid list of working days. Enter them like 1, 5.").format(bold(days)),
			title=_("Invalid Number of Days"),
		)
	try:
		cut = ageing.buckets(numbers, calendars.for_company(company), clock.to_aware(clock.now()))
	except RuleError as refusal:
		refuse(refusal.message, title=_("Invalid Number of Days"))
	found = {}
	for bucket in cut:
		conditions: list[Condition] = [("clock_state", "=", clocks.STATE_RUNNING)]
		if bucket.start:
			conditions.append(("next_deadline", ">=", str(clock.to_stored(bucket.start))))
		if bucket.end:
			conditions.append(("next_deadline", "<", str(clock.to_stored(bucket.end))))
		found[bucket.key] = (plain(bucket.label), conditions)
	found["waiting"] = (_("Waiting for Client"), [("clock_state", "=", clocks.STATE_PAUSED)])
	found["nothing_owed"] = (_("No Reply Owed"), [("clock_state", "=", clocks.STATE_STOPPED)])
	return found


def _rows(grouping: Grouping, groups: dict[tuple, dict], asked: list[Condition]) -> list[dict]:
	if not groups:
		return []
	labels = grouping.labels(list(groups))
	keys = sorted(groups, key=lambda key: (key == reporting.OTHERS, _most_overdue(groups[key]), labels[key]))
	rows = [{"group": labels[key], **groups[key], "drill": grouping.behind(key, asked)} for key in keys]
	columns = next(iter(groups.values()))
	total = {column: sum(group[column] for group in groups.values()) for column in columns}
	return [*rows, {"group": _("All"), **total, "drill": asked, "is_total": 1}]


def _most_overdue(counts: dict[str, int]) -> list[int]:
	"""By which groups are sorted: the most overdue comes first."""
	return [-count for count in counts.values()]


def _columns(grouping: Grouping, buckets: dict) -> list[dict]:
	return [
		{"fieldname": "group", "label": _(grouping.name), "fieldtype": "Data", "width": 190},
		*(
			{
				"fieldname": key,
				"label": label,
				"fieldtype": "Int",
				"width": _width(label),
				"drill": conditions,
			}
			for key, (label, conditions) in buckets.items()
		),
		{"fieldname": "total", "label": _("Open"), "fieldtype": "Int", "width": 90, "drill": []},
	]


def _width(label: str) -> int:
	"""Of a column whose heading is shown as a whole, in pixels."""
	return max(145, 8 * len(label) + 24)


def _chart(buckets: dict, rows: list[dict]) -> dict | None:
	if not rows:
		return None
	rows = rows[: reporting.CHART_GROUPS]
	return {
		"data": {
			"labels": [row["group"] for row in rows],
			"datasets": [
				{"name": label, "values": [row[key] for row in rows]} for key, (label, _c) in buckets.items()
			],
		},
		"type": "bar",
		"barOptions": {"stacked": 1},
		"colors": _colors(len(buckets)),
	}


def _colors(count: int) -> list[str]:
	"""From red, the longest overdue, to blue; yellow and grey for what is not yet due."""
	side = (count - 2) // 2
	red, blue = ("#8e1b1b", "#cb2929", "#ec864b", "#f0b48a"), ("#ecad4b", "#449cf0", "#9ac8f7", "#c9e2fb")
	return [
		*(red[min(i, 3)] for i in range(side)),
		*(blue[min(i, 3)] for i in range(side)),
		"#f5e17d",
		"#c0c6cc",
	]
