"""What staff logged by hand, and how promptly (D-1)."""

import frappe
from frappe import _
from frappe.utils import add_days

from client_comms import clock
from client_comms.client_interactions import reporting
from client_comms.grouping import in_memory


def execute(filters=None):
	"""By staff: the logs of the period that the user can read, how many were late, and by how much.

	:param filters: `from_date`, `to_date` (dates on which it happened), `staff` (User)
	"""
	filters = frappe._dict(filters or {})
	period = reporting.period(filters, add_days(clock.now().date(), -30))
	which = [("logged_by_hand", "=", 1), ("occurred_on", "between", period)]
	if filters.staff:
		which.append(("owner", "=", filters.staff))
	by_staff = counted(which)
	names = reporting.names_of_staff(each.staff for each in by_staff)
	rows = sorted(
		(row(names.get(each.staff, each.staff), each) for each in by_staff),
		key=lambda each: (-each["late"], each["staff"]),
	)
	message = (
		reporting.in_files() if rows else _("Nothing was logged by hand in this period. Choose a longer one.")
	)
	return columns(), rows, message, chart(rows)


def counted(which: list) -> list:
	"""The figures of each user: the database counts, however many logs there are."""
	where, values = reporting.where(which)
	by_user = "over (partition by `owner`)"
	query = (
		f"select distinct `owner` as `staff`, count(*) {by_user} as `logged`, sum(`logged_late`) {by_user} as `late`,"
		f" median(ifnull(`logged_after_seconds`, 0)) {by_user} as `median`,"
		f" max(ifnull(`logged_after_seconds`, 0)) {by_user} as `longest`"
		f" from {reporting.TABLE} where {where}"
	)
	# nosemgrep: frappe-sql-format-injection (columns of the report; values are bound)
	return frappe.db.sql(in_memory(query), values, as_dict=True)


def row(name: str, figures) -> dict:
	logged, late = int(figures.logged), int(figures.late or 0)
	return {
		"staff": figures.staff,
		"staff_name": name,
		"logged": logged,
		"late": late,
		"share": round(100 * late / logged, 1),
		"median": int(figures.median) // 60 * 60,
		"longest": int(figures.longest) // 60 * 60,
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
		{"fieldname": "staff_name", "label": _("Staff"), "fieldtype": "Data", "width": 220},
		{"fieldname": "logged", "label": _("Logged by Hand"), "fieldtype": "Int", "width": 160},
		{"fieldname": "late", "label": _("Logged Late"), "fieldtype": "Int", "width": 120},
		{
			"fieldname": "share",
			"label": _("Logged Late %"),
			"fieldtype": "Percent",
			"width": 150,
			"precision": 1,
		},
		{
			"fieldname": "median",
			"label": _("Median Working Time Until Logged"),
			"fieldtype": "Duration",
			"hide_days": 1,
			"hide_seconds": 1,
			"width": 300,
		},
		{
			"fieldname": "longest",
			"label": _("Longest"),
			"fieldtype": "Duration",
			"hide_days": 1,
			"hide_seconds": 1,
			"width": 120,
		},
	]
