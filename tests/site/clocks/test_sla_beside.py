"""ERPNext's own Service Level Agreement on an Issue keeps working beside the response clocks (C-3, C-4)."""

import frappe
import pytest
from frappe.utils import get_datetime

from client_comms import api

pytestmark = pytest.mark.clause("C-3", "C-4")

INTERACTION = "Client Interaction"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


@pytest.fixture
def agreement(set_calendar):
	set_calendar(["09:00-17:00"])
	frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
	if not frappe.db.exists("Issue Priority", "Test Medium"):
		frappe.get_doc({"doctype": "Issue Priority", "__newname": "Test Medium"}).insert()
	holidays = frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "Test Support",
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
		}
	).insert()
	return frappe.get_doc(
		{
			"doctype": "Service Level Agreement",
			"service_level": "Test Support",
			"document_type": "Issue",
			"enabled": 1,
			"default_service_level_agreement": 1,
			"holiday_list": holidays.name,
			"apply_sla_for_resolution": 1,
			"priorities": [
				{
					"priority": "Test Medium",
					"response_time": 4 * 3600,
					"resolution_time": 24 * 3600,
					"default_priority": 1,
				}
			],
			"support_and_resolution": [
				{"workday": day, "start_time": "09:00:00", "end_time": "17:00:00"} for day in DAYS
			],
			"sla_fulfilled_on": [{"status": "Resolved"}, {"status": "Closed"}],
			"pause_sla_on": [{"status": "Replied"}],
		}
	).insert()


def test_an_issue_has_both(agreement, clock_at, set_settings):
	set_settings(issue_status_follows=0)  # otherwise an answer sets the Issue to Replied
	with clock_at("2026-11-23 10:00"):
		issue = frappe.get_doc(
			{
				"doctype": "Issue",
				"subject": "Roof",
				"raised_by": "anna@client.example",
				"priority": "Test Medium",
			}
		)
		issue.update({"opening_date": "2026-11-23", "opening_time": "10:00:00"})
		# ERPNext takes this for the beginning of its own agreement.
		issue.service_level_agreement_creation = get_datetime("2026-11-23 10:00")
		issue.insert()
	issue.reload()
	assert issue.service_level_agreement == agreement.name
	assert str(issue.response_by) == "2026-11-23 14:00:00"
	interaction = frappe.get_doc(INTERACTION, {"reference_name": issue.name})
	assert (str(interaction.acknowledge_by), str(interaction.respond_by)) == (
		"2026-11-24 17:00:00",
		"2026-11-25 17:00:00",
	)

	with clock_at("2026-11-23 11:00"):
		api.answer(interaction.name)
	issue.reload()
	assert issue.agreement_status == "First Response Due", "the agreement has its own idea of a response"
	with clock_at("2026-11-23 12:00"):
		issue.status = "Replied"
		issue.save()
	assert issue.first_responded_on
	assert issue.on_hold_since, "the agreement pauses as it always did"
	assert frappe.db.get_value(INTERACTION, interaction.name, "clock_state") == "Stopped"
