"""Who is away, until when, and who substitutes for them (F-2).

Absences come from *Staff Absence*, from the leave that HRMS has approved where it is installed, and from the holiday list
of the employee for days on which they do not work, which HRMS 16 assigns.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import frappe
from frappe.utils import getdate

from client_comms import clock
from client_comms.communication_governance import calendars
from client_comms.filters import one_of
from client_comms.rules.absence import Absence, back_at, of_days

ABSENCE = "Staff Absence"
# Of HRMS.
LEAVE = "Leave Application"
HOLIDAYS_GIVEN = "Holiday List Assignment"
_AHEAD = timedelta(days=62)  # holidays that can join absences


def away(users: Collection[str]) -> dict[str, datetime]:
	"""Those of `users` who are away, and the first business moment at which each is back; a few queries, however many there are.

	:returns: user → moment as stored; who is there is left out
	"""
	now, users = clock.now(), sorted(users)
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


def entered_of(user: str) -> frappe._dict | None:
	"""The absence that a user entered for today, with its last day."""
	today = clock.now().date()
	filters = {"user": user, "from_date": ("<=", today), "to_date": (">=", today)}
	rows = frappe.get_all(ABSENCE, filters, ["name", "to_date"], order_by="to_date desc, name desc", limit=1)
	return rows[0] if rows else None


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
		order_by="from_date desc, name desc",
		limit=1,
	)
	return Substitute(rows[0].substitute, rows[0].modified_by) if rows else None


def _opens(moment: datetime) -> datetime:
	return clock.to_stored(calendars.default().next_open(clock.to_aware(moment)))


def _absences(users: list[str], now: datetime) -> tuple[dict[str, list[Absence]], dict[str, set[date]]]:
	"""What is entered for each of `users`, and the days on which employees with a holiday list of their own do not work."""
	absences: dict[str, list[Absence]] = defaultdict(list)
	days_off: dict[str, set[date]] = defaultdict(set)
	# nosemgrep: frappe-sql-format-injection (a query of this module; values are bound)
	rows = frappe.db.sql(
		f"""select user, from_date, to_date, from_noon, until_noon from `tabStaff Absence`
		where user in %(users)s and to_date >= %(today)s and from_date <= %(until)s
		union all {_days_off()}""",
		{"users": users, "today": now.date(), "until": now.date() + _AHEAD},
	)
	for user, first, last, from_noon, until_noon in rows:
		if last is None:
			days_off[user].add(first)
		else:
			absences[user].append(
				of_days(first, last, from_noon=bool(from_noon), until_noon=bool(until_noon))
			)
	for user, absence in _leave(users, now):
		absences[user].append(absence)
	return absences, days_off


def _days_off() -> str:
	"""The days off of employees, as a query; a half holiday counts as present, as half a day of leave does.

	What HRMS assigns to an employee takes the place of the list in their document, from its first day until the next one's.
	"""
	on_list = "employee.holiday_list"
	if _is_installed(HOLIDAYS_GIVEN):
		on_list = f"""ifnull((
			select given.holiday_list from `tab{HOLIDAYS_GIVEN}` given
			where given.applicable_for = 'Employee' and given.assigned_to = employee.name and given.docstatus = 1
			and given.from_date <= holiday.holiday_date order by given.from_date desc limit 1
		), employee.holiday_list)"""
	half = "and not holiday.is_half_day" if frappe.get_meta("Holiday").has_field("is_half_day") else ""
	return f"""select employee.user_id, holiday.holiday_date, null, null, null from `tabEmployee` employee
		join `tabHoliday` holiday on holiday.parenttype = 'Holiday List' and holiday.parent = {on_list} {half}
		where employee.user_id in %(users)s and employee.status = 'Active'
		and holiday.holiday_date between %(today)s and %(until)s"""


def _leave(users: list[str], now: datetime) -> list[tuple[str, Absence]]:
	"""Approved leave of HRMS. It does not say which half of a half day is free, so half days count as present; two of them are a day."""
	if not _is_installed(LEAVE):
		return []
	employees = dict(
		frappe.get_all("Employee", {"user_id": ("in", users)}, ["name", "user_id"], as_list=True)
	)
	found, halves = [], Counter()
	for row in _approved_leave(now.date(), now.date() + _AHEAD, list(employees)):
		user, first, last = employees[row.employee], getdate(row.from_date), getdate(row.to_date)
		half = getdate(row.half_day_date or row.from_date) if row.half_day else None
		found += [(user, absence) for absence in _without_half_day(first, last, half)]
		halves[user, half] += 1
	return found + [(user, of_days(day, day)) for (user, day), number in halves.items() if day and number > 1]


def _is_installed(doctype: str) -> bool:
	"""Up to version 13, leave was a part of ERPNext, whose upgrade leaves the tables of what it deletes."""
	return frappe.db.table_exists(doctype) and bool(frappe.db.exists("DocType", doctype, cache=True))


def _approved_leave(first: date, last: date, employees: list[str] | None = None) -> list:
	"""Leave on any of these days; of all employees, if none are given."""
	if not _is_installed(LEAVE):
		return []
	return frappe.get_all(
		LEAVE,
		{
			"docstatus": 1,
			"status": "Approved",
			"to_date": (">=", first),
			"from_date": ("<=", last),
			**({} if employees is None else {"employee": one_of(employees)}),
		},
		["employee", "from_date", "to_date", "half_day", "half_day_date"],
	)


def _without_half_day(first: date, last: date, half: date | None) -> list[Absence]:
	if half is None or not first <= half <= last:
		return [of_days(first, last)]
	one = timedelta(days=1)
	parts = [(first, half - one), (half + one, last)]
	return [of_days(start, end) for start, end in parts if start <= end]
