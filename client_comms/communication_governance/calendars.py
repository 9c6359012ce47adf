"""Response calendars of the site as calendars of the rules."""

from datetime import date

import frappe
from frappe.utils import cint, getdate

from client_comms.rules import business_hours
from client_comms.rules.business_hours import Window, weekday_number
from client_comms.rules.working_time import WorkingCalendar

_CALENDARS = "client_comms_calendars"
_OWN = "client_comms_calendars_of_companies"


def default() -> WorkingCalendar:
	"""The calendar of companies without their own."""
	return load(default_name())


def default_name() -> str:
	return frappe.get_cached_doc("Client Comms Settings").default_calendar


def for_company(company: str | None) -> WorkingCalendar:
	"""The calendar for the clocks of a company: its own, or the default one."""
	return load(own().get(company) or default_name())


def own() -> dict[str, str]:
	"""Company → its own response calendar; cached for the rest of the request or job."""
	found = getattr(frappe.local, _OWN, None)
	if found is None:
		found = dict(
			frappe.get_all(
				"Response Calendar",
				{"company": ("is", "set")},
				["company", "name"],
				as_list=True,
				order_by=None,
			)
		)
		setattr(frappe.local, _OWN, found)
	return found


def load(name: str) -> WorkingCalendar:
	"""The named response calendar with its holidays, cached for the rest of the request or job."""
	calendars = getattr(frappe.local, _CALENDARS, None)
	if calendars is None:
		calendars = {}
		setattr(frappe.local, _CALENDARS, calendars)
	if name not in calendars:
		calendars[name] = build(frappe.get_cached_doc("Response Calendar", name))
	return calendars[name]


def build(doc, holiday_list=None) -> WorkingCalendar:
	"""A working calendar from a Response Calendar document.

	:param holiday_list: instead of the one that is stored
	:raises client_comms.rules.business_hours.CalendarError: the hours are invalid
	"""
	if holiday_list is None and doc.holiday_list:
		holiday_list = frappe.get_cached_doc("Holiday List", doc.holiday_list)
	windows = [
		Window(
			weekday_number(row.weekday),
			business_hours.as_time(row.start_time),
			business_hours.as_time(row.end_time),
		)
		for row in doc.hours
		if row.weekday
		and row.start_time is not None
		and row.end_time is not None  # Frappe reports the mandatory field
	]
	return WorkingCalendar(
		doc.time_zone,
		windows,
		_days(holiday_list, half=False),
		doc.counting,
		half_holidays=_days(holiday_list, half=True),
	)


def _days(holiday_list, half: bool) -> list[date]:
	"""Its half or whole holidays; ERPNext 15 has whole ones only."""
	rows = holiday_list.holidays if holiday_list else ()
	return [
		getdate(row.holiday_date)
		for row in rows
		if row.holiday_date and bool(cint(row.get("is_half_day"))) is half
	]


def forget():
	"""Clear the cache of this process; the documents themselves are cached by Frappe."""
	setattr(frappe.local, _CALENDARS, None)
	setattr(frappe.local, _OWN, None)
