"""The team's open interactions by staff, the most urgent first (R-2, F-2)."""

import frappe
from frappe import _
from frappe.utils import add_days, formatdate, get_datetime, getdate

from client_comms import clock
from client_comms.client_interactions import reporting
from client_comms.client_interactions.due_words import due_words
from client_comms.client_interactions.reporting import TABLE, Condition, Grouping
from client_comms.people import absences
from client_comms.rules import response_clock as clocks

_SHOWN = 10
_OPEN: Condition = ("status", "!=", clocks.STATUS_CLOSED)
_RUNNING: Condition = ("clock_state", "=", clocks.STATE_RUNNING)


def execute(filters=None):
	"""One row per staff member with their open interactions, and below it the ten that are due first.

	:param filters: see `reporting.conditions`
	:returns: columns, rows (`indent` 0 staff, 1 interaction) and message, as Frappe's reports do; an interaction whose
	    clocks are running has its deadline in `words`, and `late`
	"""
	grouping = Grouping(reporting.STAFF)
	asked = [*reporting.conditions(filters or {}), _OPEN]
	counted = _counted()
	staff = reporting.count(grouping, asked, {c: conditions for c, (_label, conditions) in counted.items()})
	urgent = _urgent(asked)
	labels = grouping.labels(list(staff))
	seen = _last_seen([user for (user,) in staff])
	for user, back in absences.away([user for (user,) in staff if user]).items():
		labels[(user,)] = _("{0}, back on {1}").format(labels[(user,)], formatdate(back, "EEE d MMM"))
	rows = []
	# Unassigned ones come first, then the user who is furthest behind.
	for key in sorted(staff, key=lambda k: (k[0] is not None, -staff[k]["overdue"], labels[k])):
		behind = [*asked, *grouping.conditions(key)]
		rows.append(
			{
				"group": labels[key],
				"indent": 0,
				**staff[key],
				"last_seen": seen.get(key[0]),
				"drill": behind,
			}
		)
		rows += urgent.get(key[0], [])
	return _columns(counted), rows, reporting.notice(bool(rows))


def _counted() -> dict[str, tuple[str, list[Condition]]]:
	"""Column -> its label, and the filters of the list behind it."""
	now = clock.now()
	tomorrow, day_after = (get_datetime(getdate(add_days(now, days))) for days in (1, 2))
	return {
		"overdue": (_("Overdue"), [_RUNNING, ("next_deadline", "<", str(now))]),
		"due_today": (
			_("Today"),
			[_RUNNING, ("next_deadline", ">=", str(now)), ("next_deadline", "<", str(tomorrow))],
		),
		"due_tomorrow": (
			_("Tomorrow"),
			[
				_RUNNING,
				("next_deadline", ">=", str(tomorrow)),
				("next_deadline", "<", str(day_after)),
			],
		),
		"waiting": (_("Waiting"), [("clock_state", "=", clocks.STATE_PAUSED)]),
		"open": (_("Open"), []),
	}


def _last_seen(users: list[str | None]) -> dict:
	"""When each user last used the desk: who is there."""
	named = {"name": ("in", list(filter(None, users)) or [""])}
	return dict(frappe.get_all("User", named, ["name", "last_active"], as_list=True, order_by=None))


def _urgent(asked: list[Condition]) -> dict[str | None, list[dict]]:
	where, values = reporting.where(asked)
	fields = (
		"name",
		"company",
		"subject",
		"responsible_staff",
		"party_name",
		"confidentiality_level",
		"status",
		"next_deadline",
	)
	listed = ", ".join(f"{TABLE}.`{field}`" for field in fields)
	found = frappe.db.sql(  # nosemgrep: frappe-sql-format-injection (columns of the report; values are bound)
		f"""select * from (
			select {listed}, row_number() over (
				partition by {TABLE}.`responsible_staff`
				order by {TABLE}.`next_deadline` is null, {TABLE}.`next_deadline`, {TABLE}.`occurred_on`, {TABLE}.`name`
			) as `place`
			from {TABLE} where {where}
		) `placed` where `place` <= {_SHOWN} order by `responsible_staff`, `place`""",
		values,
		as_dict=True,
	)
	now = clock.now()
	rows: dict[str | None, list[dict]] = {}
	for each in found:
		about = " · ".join(filter(None, (each.subject, each.party_name)))
		row = {**each, "group": about, "indent": 1}
		if each.next_deadline:
			row |= {
				"words": due_words(each.next_deadline, each.company),
				"late": each.next_deadline < now,
			}
		rows.setdefault(each.responsible_staff or None, []).append(row)
	return rows


def _width(label: str) -> int:
	"""Pixels for a column of numbers: its label is the longest that it holds, and what it leaves is for names and levels."""
	return max(80, round(54 + 5.6 * len(label)))


def _columns(counted: dict) -> list[dict]:
	return [
		{"fieldname": "group", "label": _("Staff and Interaction"), "fieldtype": "Data", "width": 200},
		*(
			{
				"fieldname": column,
				"label": label,
				"fieldtype": "Int",
				"width": _width(label),
				"drill": conditions,
			}
			for column, (label, conditions) in counted.items()
		),
		{"fieldname": "next_deadline", "label": _("Next Deadline"), "fieldtype": "Datetime", "width": 176},
		{"fieldname": "status", "label": _("Status"), "fieldtype": "Data", "width": 95},
		{"fieldname": "confidentiality_level", "label": _("Level"), "fieldtype": "Data", "width": 115},
	]
