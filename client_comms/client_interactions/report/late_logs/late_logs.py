"""What staff logged by hand, and how promptly (D-1)."""

from statistics import median

import frappe
from frappe import _
from frappe.utils import add_days, get_datetime

from client_comms import clock
from client_comms.client_interactions import owed, reporting

INTERACTION = owed.INTERACTION


def execute(filters=None):
	"""By staff: the logs of the period that the user can read, how many were late, and by how much.

	:param filters: `from_date`, `to_date` (dates on which it happened), `staff` (User)
	"""
	filters = frappe._dict(filters or {})
	start = get_datetime(filters.from_date or add_days(clock.now().date(), -30))
	end = owed.end_of(filters.to_date or clock.now())
	which = {"logged_by_hand": 1, "occurred_on": ("between", [start, end])}
	if filters.staff:
		which["owner"] = filters.staff
	by_staff: dict[str, list] = {}
	for log in frappe.get_list(
		INTERACTION,
		which,
		["owner", "logged_late", "logged_after_seconds"],
		order_by="owner asc",
		limit=0,
	):
		by_staff.setdefault(log.owner, []).append(log)
	names = reporting.names_of_staff(by_staff)
	rows = sorted(
		(row(staff, names.get(staff, staff), logs) for staff, logs in by_staff.items()),
		key=lambda each: (-each["late"], each["staff"]),
	)
	message = None if rows else _("Nothing was logged by hand in this period. Choose a longer one.")
	return columns(), rows, message, chart(rows)


def row(staff: str, name: str, logs: list) -> dict:
	late = [log for log in logs if log.logged_late]
	after = [log.logged_after_seconds for log in logs]
	return {
		"staff": staff,
		"staff_name": name,
		"logged": len(logs),
		"late": len(late),
		"share": 100 * len(late) / len(logs),
		"median": int(median(after)) // 60 * 60,
		"longest": max(after) // 60 * 60,
	}


def chart(rows: list[dict]) -> dict | None:
	late = [each for each in rows if each["late"]][:10]
	if not late:
		return None
	return {
		"type": "bar",
		"data": {
			"labels": [each["staff_name"] for each in late],
			"datasets": [{"name": _("Logged Late"), "values": [each["late"] for each in late]}],
		},
	}


def columns() -> list[dict]:
	return [
		{"fieldname": "staff", "label": _("Staff"), "fieldtype": "Link", "options": "User", "width": 220},
		{"fieldname": "logged", "label": _("Logged by Hand"), "fieldtype": "Int", "width": 130},
		{"fieldname": "late", "label": _("Logged Late"), "fieldtype": "Int", "width": 120},
		{
			"fieldname": "share",
			"label": _("Logged Late %"),
			"fieldtype": "Percent",
			"width": 110,
			"precision": 1,
		},
		{
			"fieldname": "median",
			"label": _("Median Working Time Until Logged"),
			"fieldtype": "Duration",
			"width": 240,
		},
		{
			"fieldname": "longest",
			"label": _("Longest"),
			"fieldtype": "Duration",
			"width": 120,
		},
	]
