"""Response calendars of the site as calendars of the rules."""

from collections.abc import Iterable
from datetime import date, datetime, time

import frappe
from frappe.utils import cint, getdate

from client_comms import clock
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


def local_time(company: str | None, stored: datetime | str) -> datetime:
	"""A stored moment as clocks show it where the company has its business. What clients read names that day and hour: in the
	time zone of the site, closing time can be another day."""
	return clock.to_aware(stored).astimezone(for_company(company).zone).replace(tzinfo=None)


def day_of(stored: datetime) -> date:
	"""The day of a stored moment where business is, by the default calendar: what is due today is due by its end."""
	return default().day_of(clock.to_aware(stored))


def end_of(day: date) -> datetime:
	"""The last moment of a day where business is, by the default calendar, as stored."""
	return clock.to_stored(datetime.combine(day, time.max, default().zone).replace(fold=1))


def end_of_today() -> datetime:
	return end_of(day_of(clock.now()))


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


def with_list(holiday_list: str) -> list[str]:
	"""The names of the response calendars that have this Holiday List, as their first or as a further one."""
	found = frappe.get_all("Response Calendar", {"holiday_list": holiday_list}, pluck="name", order_by=None)
	further = {"holiday_list": holiday_list, "parenttype": "Response Calendar"}
	found += frappe.get_all("Response Calendar Holiday List", further, pluck="parent", order_by=None)
	return sorted(set(found))


def holiday_lists(doc, changed=None) -> list:
	"""The Holiday Lists of a Response Calendar, stored or not.

	:param changed: one of them as it is in a form, instead of the stored one
	"""
	names = [doc.holiday_list, *(row.holiday_list for row in doc.get("further_holiday_lists") or ())]
	return [
		changed if changed and changed.name == name else frappe.get_cached_doc("Holiday List", name)
		for name in dict.fromkeys(filter(None, names))
	]


def build(doc, changed=None) -> WorkingCalendar:
	"""A working calendar from a Response Calendar document; the holidays of all its lists are its holidays.

	:param changed: as for `holiday_lists`
	:raises client_comms.rules.business_hours.CalendarError: the hours are invalid
	"""
	lists = holiday_lists(doc, changed)
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
		_days(lists, half=False),
		doc.counting,
		half_holidays=_days(lists, half=True),
	)


def _days(lists: Iterable, half: bool) -> list[date]:
	"""Their half or whole holidays; ERPNext 15 has whole ones only."""
	return [
		getdate(row.holiday_date)
		for holiday_list in lists
		for row in holiday_list.holidays
		if row.holiday_date and bool(cint(row.get("is_half_day"))) is half
	]


def forget():
	"""Clear the cache of this process; the documents themselves are cached by Frappe."""
	setattr(frappe.local, _CALENDARS, None)
	setattr(frappe.local, _OWN, None)
