"""Who is away, until when, and who substitutes for them (F-2).

Absences come from *Staff Absence*, from the leave that HRMS has approved where it is installed, and from the holiday list
of the employee for days on which they do not work.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import frappe
from frappe.utils import getdate

from client_comms import clock
from client_comms.communication_governance import calendars
from client_comms.rules.absence import Absence, back_at, of_days

ABSENCE = "Staff Absence"
LEAVE = "Leave Application"
_AHEAD = timedelta(days=62)  # holidays that can join absences


def away(users: Collection[str], now: datetime | None = None) -> dict[str, datetime]:
	"""Those of `users` who are away, and the first business moment at which each is back; at most three queries for all.

	:param now: as stored (site time zone); by default the current time
	:returns: user → moment as stored; who is there is left out
	"""
	now = now or clock.now()
	users = sorted(users)
	if not users:
		return {}
	absences, days_off = _absences(users, now)
	found = {user: back_at(absences[user], days_off[user], now, _opens) for user in {*absences, *days_off}}
	return {user: back for user, back in found.items() if back}


def absent() -> set[str]:
	"""Users who have entered an absence for today, or have approved leave; who is away because of holidays alone is left out."""
	today = clock.now().date()
	entered = frappe.get_all(
		ABSENCE,
		{"from_date": ("<=", today), "to_date": (">=", today)},
		pluck="user",
		distinct=True,
		order_by=None,
	)
	on_leave = {row.employee for row in _approved_leave(today, today)}
	if not on_leave:
		return set(entered)
	employees = {"name": ("in", sorted(on_leave)), "user_id": ("is", "set")}
	return {*entered, *frappe.get_all("Employee", employees, pluck="user_id")}


@dataclass(frozen=True, slots=True)
class Substitute:
	"""Who substitutes for a user, and who last saved the absence that says so."""

	user: str
	named_by: str


def substitute(user: str) -> Substitute | None:
	"""The substitute of a user who is away, as their absence names it."""
	today = clock.now().date()
	rows = frappe.get_all(
		ABSENCE,
		{
			"user": user,
			"substitute": ("is", "set"),
			"from_date": ("<=", today),
			"to_date": (">=", today),
		},
		["substitute", "modified_by"],
		order_by="from_date desc",
		limit=1,
	)
	return Substitute(rows[0].substitute, rows[0].modified_by) if rows else None


def _opens(moment: datetime) -> datetime:
	return clock.to_stored(calendars.default().next_open(clock.to_aware(moment)))


def _absences(users: list[str], now: datetime) -> tuple[dict[str, list[Absence]], dict[str, set[date]]]:
	"""What is entered for each of `users`, and the days on which employees with a holiday list of their own do not work."""
	absences: dict[str, list[Absence]] = defaultdict(list)
	days_off: dict[str, set[date]] = defaultdict(set)
	for user, first, last, from_noon, until_noon in frappe.db.sql(
		"""select user, from_date, to_date, from_noon, until_noon from `tabStaff Absence`
		where user in %(users)s and to_date >= %(today)s and from_date <= %(until)s
		union all
		select employee.user_id, holiday.holiday_date, null, null, null from `tabEmployee` employee
		join `tabHoliday` holiday on holiday.parent = employee.holiday_list and holiday.parenttype = 'Holiday List'
		where employee.user_id in %(users)s and employee.status = 'Active'
		and holiday.holiday_date between %(today)s and %(until)s""",
		{"users": users, "today": now.date(), "until": now.date() + _AHEAD},
	):
		if last is None:
			days_off[user].add(first)
		else:
			absences[user].append(
				of_days(first, last, from_noon=bool(from_noon), until_noon=bool(until_noon))
			)
	for user, absence in _leave(users, now):
		absences[user].append(absence)
	return absences, days_off


def _leave(users: list[str], now: datetime) -> list[tuple[str, Absence]]:
	"""Approved leave of HRMS. It does not say which half of a half day is free, so half days count as present."""
	if not _has_leave():
		return []
	employees = dict(
		frappe.get_all("Employee", {"user_id": ("in", users)}, ["name", "user_id"], as_list=True)
	)
	return [
		(employees[row.employee], absence)
		for row in _approved_leave(now.date(), now.date() + _AHEAD, list(employees))
		for absence in _without_half_day(
			getdate(row.from_date),
			getdate(row.to_date),
			getdate(row.half_day_date or row.from_date) if row.half_day else None,
		)
	]


def _has_leave() -> bool:
	return frappe.db.table_exists(LEAVE)


def _approved_leave(first: date, last: date, employees: list[str] | None = None) -> list:
	"""Leave on any of these days; of all employees, if none are given."""
	if not _has_leave():
		return []
	return frappe.get_all(
		LEAVE,
		{
			"docstatus": 1,
			"status": "Approved",
			"to_date": (">=", first),
			"from_date": ("<=", last),
			**({} if employees is None else {"employee": ("in", employees or [""])}),
		},
		["employee", "from_date", "to_date", "half_day", "half_day_date"],
	)


def _without_half_day(first: date, last: date, half: date | None) -> list[Absence]:
	if half is None or not first <= half <= last:
		return [of_days(first, last)]
	one = timedelta(days=1)
	parts = [(first, half - one), (half + one, last)]
	return [of_days(start, end) for start, end in parts if start <= end]
