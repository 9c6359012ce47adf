"""The team's open interactions by staff, the most urgent first (R-2, F-2)."""

from collections.abc import Collection
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import create_batch, formatdate

from client_comms import clock
from client_comms.client_interactions import reporting
from client_comms.client_interactions.due_words import due_words
from client_comms.client_interactions.reporting import TABLE, Condition, Grouping
from client_comms.communication_governance import calendars
from client_comms.i18n import day_number
from client_comms.people import absences
from client_comms.rules import response_clock as clocks

_SHOWN = 10
_AT_ONCE = 50  # staff whose interactions are found in one query
_FIELDS = (
	"name",
	"company",
	"subject",
	"responsible_staff",
	"party_name",
	"confidentiality_level",
	"status",
	"next_deadline",
)
_OPEN: Condition = ("status", "!=", clocks.STATUS_CLOSED)
_RUNNING: Condition = ("clock_state", "=", clocks.STATE_RUNNING)


def execute(filters=None):
	"""One row per staff member with their open interactions, and below it the ten that are due first, without those that were answered.

	:param filters: see `reporting.conditions`
	:returns: columns, rows (`indent` 0 staff, 1 interaction) and message, as Frappe's reports do; an interaction whose
	    clocks are running has its deadline in `words`, and `late`
	"""
	grouping = Grouping(reporting.STAFF)
	asked = [*reporting.conditions(filters or {}), _OPEN]
	counted = _counted()
	staff = reporting.count(grouping, asked, {c: conditions for c, (_label, conditions) in counted.items()})
	urgent = _urgent(asked, [user for (user,) in staff])
	labels = grouping.labels(list(staff))
	seen = _last_seen([user for (user,) in staff])
	for user, back in absences.away([user for (user,) in staff if user]).items():
		labels[(user,)] = _("{0}, back on {1}").format(
			labels[(user,)], formatdate(back, f"EEE {day_number()} MMM")
		)
	rows = []
	# Unassigned ones come first, then the user who is furthest behind.
	for key in sorted(staff, key=lambda k: (k[0] is not None, -staff[k]["overdue"], labels[k])):
		behind = grouping.behind(key, asked)
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
	return _columns(counted), rows, reporting.notice(staff)


def _counted() -> dict[str, tuple[str, list[Condition]]]:
	"""Column -> its label, and the filters of the list behind it."""
	now, today = clock.now(), calendars.day_of(clock.now())
	ends = (calendars.end_of(today + timedelta(days=days)) for days in (0, 1))
	tomorrow, day_after = (end + timedelta(seconds=1) for end in ends)
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


def _urgent(asked: list[Condition], staff: Collection[str | None]) -> dict[str | None, list[dict]]:
	"""The first ones of each staff member: by deadline, and if these are fewer than shown, the oldest without one. What was answered
	owes nothing more, so it is only counted."""
	found = _first(asked, staff, "is not null", "next_deadline")
	fewer = [user for user in staff if len(found.get(user, ())) < _SHOWN]
	unanswered = [*asked, ("status", "!=", clocks.STATUS_ANSWERED)]
	for user, rows in _first(unanswered, fewer, "is null", "occurred_on").items():
		found[user] = [*found.get(user, ()), *rows][:_SHOWN]
	return found


def _first(
	asked: list[Condition], staff: Collection[str | None], deadline: str, order: str
) -> dict[str | None, list[dict]]:
	"""The first ones of each, which an index of the responsible user has in their order; a query for each `_AT_ONCE` users."""
	where, values = reporting.where(asked)
	listed = ", ".join(f"{TABLE}.`{field}`" for field in _FIELDS)
	now = clock.now()
	rows: dict[str | None, list[dict]] = {}
	for users in create_batch(list(staff), _AT_ONCE):
		of_each = {f"staff_{number}": user or "" for number, user in enumerate(users)}
		queries = [
			f"""(select {listed} from {TABLE}
			where {where} and {_of(user, key)} and {TABLE}.`next_deadline` {deadline}
			order by {TABLE}.`{order}`, {TABLE}.`name` limit {_SHOWN})"""
			for user, key in zip(users, of_each, strict=True)
		]
		# nosemgrep: frappe-sql-format-injection (columns of the report; values are bound)
		for each in frappe.db.sql(" union all ".join(queries), {**values, **of_each}, as_dict=True):
			rows.setdefault(each.responsible_staff or None, []).append(_row(each, now))
	return rows


def _of(user: str | None, key: str) -> str:
	column = f"{TABLE}.`responsible_staff`"
	of_user = f"{column} = %({key})s"
	return of_user if user else f"({column} is null or {of_user})"


def _row(interaction, now: datetime) -> dict:
	about = " · ".join(filter(None, (interaction.subject, interaction.party_name)))
	row = {**interaction, "group": about, "indent": 1}
	if interaction.next_deadline:
		row |= {
			"words": due_words(interaction.next_deadline, interaction.company),
			"late": interaction.next_deadline < now,
		}
	return row


def _width(label: str) -> int:
	"""Pixels for a column of numbers: its label is the longest that it holds, and what it leaves is for names and levels."""
	return max(80, round(54 + 5.6 * len(label)))


def _columns(counted: dict) -> list[dict]:
	return [
		{"fieldname": "group", "label": _("Staff and Interaction"), "fieldtype": "Data", "width": 180},
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
		{"fieldname": "next_deadline", "label": _("Next Deadline"), "fieldtype": "Datetime", "width": 174},
		{"fieldname": "status", "label": _("Status"), "fieldtype": "Data", "in_words": 1, "width": 112},
		{
			"fieldname": "confidentiality_level",
			"label": _("Level", context="Confidentiality Level"),
			"fieldtype": "Data",
			"in_words": 1,
			"width": 115,
		},
	]
