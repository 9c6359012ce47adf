"""Response calendars of the site as calendars of the rules."""

from datetime import time, timedelta

import frappe
from frappe.utils import getdate, to_timedelta

from client_comms.rules.working_time import WEEKDAYS, Window, WorkingCalendar

_CACHE = "client_comms_calendars"


def default() -> WorkingCalendar:
	"""The calendar that the clocks run on."""
	return load(frappe.get_cached_doc("Client Comms Settings").default_calendar)


def load(name: str) -> WorkingCalendar:
	"""The named response calendar with its holidays, kept for the rest of the request or job."""
	calendars = getattr(frappe.local, _CACHE, None)
	if calendars is None:
		calendars = {}
		setattr(frappe.local, _CACHE, calendars)
	if name not in calendars:
		calendars[name] = build(frappe.get_cached_doc("Response Calendar", name))
	return calendars[name]


def build(doc) -> WorkingCalendar:
	"""A working calendar from a Response Calendar document.

	:raises client_comms.rules.working_time.CalendarError: the hours are impossible
	"""
	holidays = ()
	if doc.holiday_list:
		holidays = [
			getdate(h.holiday_date) for h in frappe.get_cached_doc("Holiday List", doc.holiday_list).holidays
		]
	windows = [
		Window(WEEKDAYS.index(row.weekday), _as_time(row.start_time), _as_time(row.end_time))
		for row in doc.hours
	]
	return WorkingCalendar(doc.time_zone, windows, holidays, doc.counting)


def forget(doc=None, method=None):
	"""Drop what is kept in this process; documents themselves are cached by Frappe."""
	setattr(frappe.local, _CACHE, None)


def _as_time(value) -> time:
	delta = to_timedelta(value) if not isinstance(value, timedelta) else value
	seconds = int(delta.total_seconds()) % 86400
	return time(seconds // 3600, seconds % 3600 // 60, seconds % 60)
