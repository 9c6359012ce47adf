"""An appointment of a client whose Lead is hidden: who is assigned, the calendar, and emails tell nothing of the Lead (P-2).

The appointment itself follows ERPNext's permissions, as docs/confidentiality.md says.
"""

import frappe
import pytest
from frappe.desk.doctype.event.event import get_events

from client_comms.intake import event

pytestmark = pytest.mark.clause("P-2")
ADDRESS, NAME = "anna.quince@client.example", "Anna Quince"
TEXT = "Our quince is stolen"
SOURCE = "Quincunx Holding"
TYPES = {"Sensitive": "Feedback/Complaint", "Standard": "Initial Inquiry"}


@pytest.fixture
def booked(staff, held, as_user, set_settings, mailbox):
	"""`booked(level)`: an appointment with the address of a hidden Lead, whose interaction has the level."""
	set_settings(log_appointments=1, log_events=1)
	frappe.db.set_single_value("Appointment Booking Settings", "number_of_agents", 1)
	frappe.db.set_single_value("Appointment Booking Settings", "email_reminders", 1)
	settings = frappe.get_doc("Appointment Booking Settings")
	settings.agent_list = []
	settings.append("agent_list", {"user": staff.uncleared})
	settings.agent_list[0].db_insert()

	def make(level):
		lead = held("Lead", lead_name=NAME, email_id=ADDRESS, company_name=SOURCE)
		rules = [{"source": "Appointment", "communication_type": TYPES[level]}]
		set_settings(source_rules=rules)
		with as_user("Administrator"):
			doc = frappe.get_doc(
				{
					"doctype": "Appointment",
					"scheduled_time": frappe.utils.add_days(frappe.utils.now_datetime(), 3),
					"customer_name": NAME,
					"customer_email": ADDRESS,
					"customer_details": TEXT,
					"status": "Open",
				}
			).insert(ignore_permissions=True)
		return lead, doc.reload()

	return make


def seen(user, as_user, doctype, **filters):
	with as_user(user):
		return frappe.get_list(doctype, filters, pluck="name")


def test_the_calendar_shows_the_meeting_to_its_owner_alone(booked, staff, as_user):
	"""ERPNext means it to be public, but the field is called otherwise by now; until it starts, it is linked to no interaction."""
	lead, doc = booked("Sensitive")
	assert doc.party == lead.name and not seen(staff.uncleared, as_user, "Lead", name=lead.name)
	meeting = frappe.get_doc("Event", doc.calendar_event)
	assert NAME in meeting.subject and meeting.event_type == "Private"
	assert seen("Administrator", as_user, "Event", name=meeting.name)
	assert not seen(staff.uncleared, as_user, "Event", name=meeting.name)
	with as_user(staff.uncleared):
		assert not meeting.has_permission("read")
		shown = get_events(str(doc.scheduled_time.date()), str(doc.scheduled_time.date()))
		assert meeting.name not in [each.name for each in shown]


def test_who_is_assigned_is_told_nothing_of_the_lead(booked, staff, as_user):
	lead, doc = booked("Sensitive")
	assert staff.uncleared in doc._assign
	told = frappe.get_all("ToDo", {"reference_name": doc.name}, pluck="description")
	told += frappe.get_all("Notification Log", {"document_name": doc.name}, pluck="subject")
	told += frappe.get_all("Email Queue", pluck="message")
	assert told and not any(lead.name in each or TEXT in each or SOURCE in each for each in told)
	interaction = frappe.db.get_value("Client Interaction", {"reference_name": doc.name})
	assert not seen(staff.uncleared, as_user, "Client Interaction", name=interaction)


def test_it_is_as_confidential_as_its_interaction_once_it_starts(booked, staff, as_user, clock_at):
	_lead, doc = booked("Sensitive")
	frappe.db.set_value("Event", doc.calendar_event, "event_type", "Public")
	with clock_at(frappe.utils.add_to_date(doc.scheduled_time, minutes=5)):
		event.log_begun()
	meeting = frappe.get_doc("Event", doc.calendar_event)
	assert meeting.client_interaction and meeting.confidentiality_level == "Sensitive"
	assert not seen(staff.uncleared, as_user, "Event", name=meeting.name)
	assert seen(staff.cleared, as_user, "Event", name=meeting.name)
