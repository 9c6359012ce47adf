"""An appointment of a client whose Lead is hidden: who is assigned, the calendar, and emails tell nothing of the Lead (P-2).

The appointment itself follows ERPNext's permissions, as docs/confidentiality.md says.
"""

import frappe
import pytest
from frappe.desk.doctype.event.event import get_events

from client_comms.enforcement import level_spread
from client_comms.intake import event
from client_comms.patches.v1_0 import raise_appointments

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


# The interaction of a booking is about the Lead, as one of a call or a meeting with them is


def of(doc):
	return frappe.get_doc(
		"Client Interaction", {"reference_doctype": doc.doctype, "reference_name": doc.name}
	)


def test_its_interaction_is_at_least_as_confidential_as_the_lead(booked, staff, as_user):
	lead, doc = booked("Standard")
	interaction = of(doc)
	assert (interaction.party, interaction.communication_type) == (lead.name, TYPES["Standard"])
	assert interaction.confidentiality_level == lead.confidentiality_level == "Sensitive"
	assert interaction.events[0].note == f"Appointment {doc.name} → Sensitive"
	assert not seen(staff.uncleared, as_user, "Client Interaction", name=interaction.name)


def test_a_message_about_the_appointment_is_neither(booked, staff, as_user):
	_lead, doc = booked("Standard")
	frappe.db.delete("Client Interaction", {"reference_name": doc.name})
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"subject": "Your appointment",
			"content": TEXT,
			"sent_or_received": "Sent",
			"communication_medium": "Other",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
		}
	).insert(ignore_permissions=True)
	with as_user(staff.uncleared):
		assert not frappe.has_permission("Communication", "read", message.name)
	assert not seen(staff.uncleared, as_user, "Communication", name=message.name)


def test_it_follows_a_lead_that_is_raised(booked, staff, as_user):
	lead, doc = booked("Standard")
	frappe.db.set_value("Lead", lead.name, "confidentiality_level", "Standard")
	frappe.db.set_value("Client Interaction", of(doc).name, "confidentiality_level", "Standard")
	level_spread.change_level("Lead", lead.name, "Confidential", "The press called.")
	assert of(doc).confidentiality_level == "Confidential"


def test_those_of_before_are_raised(booked, set_settings):
	lead, doc = booked("Standard")
	frappe.db.set_value("Client Interaction", of(doc).name, "confidentiality_level", "Standard")
	set_settings(govern_leads=0)
	raise_appointments.execute()
	assert of(doc).confidentiality_level == "Standard"
	set_settings(govern_leads=1)
	raise_appointments.execute()
	assert of(doc).confidentiality_level == lead.confidentiality_level
	assert of(doc).events[-1].event == "Level Changed"
