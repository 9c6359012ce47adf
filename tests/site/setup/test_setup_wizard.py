"""The app can be installed before ERPNext's setup wizard sets the site's country."""

import frappe
import pytest
from frappe.utils.data import get_system_timezone

from client_comms import procedure

CALENDAR = procedure.DEFAULT_CALENDAR["calendar_name"]
ELSEWHERE = "Asia/Kolkata"  # how Frappe recognises a site that was not set up


@pytest.fixture
def company_holidays(site):
	company = frappe.defaults.get_global_default("company")
	holidays = frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "Of the Company",
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
		}
	).insert()
	frappe.db.set_value("Company", company, "default_holiday_list", holidays.name)
	return holidays.name


def complete_wizard():
	for path in frappe.get_hooks("setup_wizard_complete", app_name="client_comms"):
		frappe.get_attr(path)(frappe._dict())
	return frappe.get_doc("Response Calendar", CALENDAR)


@pytest.mark.parametrize("saved", [False, True])
def test_the_shipped_calendar_follows_the_wizard_unless_someone_saved_it(saved, company_holidays):
	assert get_system_timezone() != ELSEWHERE
	created = frappe.db.get_value("Response Calendar", CALENDAR, "creation")
	frappe.db.set_value(
		"Response Calendar",
		CALENDAR,
		{"time_zone": ELSEWHERE, "holiday_list": None, "modified": created},
		update_modified=False,
	)
	if saved:
		frappe.get_doc("Response Calendar", CALENDAR).save()

	calendar = complete_wizard()

	found = (calendar.time_zone, calendar.holiday_list)
	assert found == ((ELSEWHERE, None) if saved else (get_system_timezone(), company_holidays))
	assert complete_wizard().modified == calendar.modified
