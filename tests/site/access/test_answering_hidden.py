"""Staff answer no record that they cannot read (C-3, P-2): not by its number in the subject of a message, which anyone can write, nor by a call."""

import frappe
import pytest

from client_comms import clock, procedure
from client_comms.enforcement import levels
from client_comms.exceptions import ClearanceMissingError
from client_comms.intake import event

pytestmark = pytest.mark.clause("C-3", "C-4", "P-2", "D-5")

ANNA = "anna@client.example"
MAKE = "frappe.core.doctype.communication.email.make"


@pytest.fixture
def complaint(mailbox, make_client, set_settings):
	"""Of Anna, to whom an answer is owed."""
	set_settings(own_email_domains="own.example", identity_mode="Off", consent_mode="Off")
	client = make_client("Anna Client", ANNA)
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"subject": "The noise",
			"content": "The neighbours complain.",
			"sender": ANNA,
			"recipients": "service@own.example",
		}
	).insert(ignore_permissions=True)
	message.reload()
	frappe.db.set_value(
		"Client Interaction", message.client_interaction, "confidentiality_level", "Sensitive"
	)
	return frappe._dict(client, name=message.client_interaction)


@pytest.mark.parametrize("medium", ["Email", "Phone"])
@pytest.mark.parametrize("reads", [False, True])
def test_a_message_to_its_client(complaint, make_user, request_as, medium, reads):
	user = make_user(procedure.FRONTLINE_STAFF, "Sales User", "Support Team", "Sales Manager")
	if reads:
		frappe.db.set_value("Client Interaction", complaint.name, "responsible_staff", user)
		frappe.get_doc("User", user).add_roles("Customer Support Manager")
	name = request_as(
		user,
		MAKE,
		doctype="Customer",
		name=complaint.party,
		recipients=ANNA,
		subject=f"Your request #{complaint.name}",
		content="All is well.",
		communication_medium=medium,
		send_email=int(medium == "Email"),
	)["name"]
	filed = frappe.db.get_value("Communication", name, "client_interaction")
	assert (filed == complaint.name) == reads
	status = frappe.db.get_value("Client Interaction", complaint.name, "status")
	assert status == ("Answered" if reads else "Open")


@pytest.mark.parametrize("reads", [False, True])
def test_a_message_that_is_entered_as_the_clients(complaint, make_user, request_as, reads):
	user = make_user(procedure.FRONTLINE_STAFF, "Sales User", "Support Team", "Sales Manager")
	if reads:
		frappe.db.set_value("Client Interaction", complaint.name, "responsible_staff", user)
		frappe.get_doc("User", user).add_roles("Customer Support Manager")
	name = request_as(
		user,
		MAKE,
		doctype="Customer",
		name=complaint.party,
		sent_or_received="Received",
		sender=ANNA,
		subject=f"My request #{complaint.name}",
		content="I withdraw it.",
	)["name"]
	filed = frappe.db.get_value("Communication", name, "client_interaction")
	assert (filed == complaint.name) == reads


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("reads", [False, True])
def test_a_call_that_names_it(complaint, staff, request_as, later, reads):
	user = staff.cleared if reads else staff.uncleared
	call = {
		"doctype": "Call Log",
		"id": "call-1",
		"type": "Outgoing",
		"status": "Completed",
		"to": "+4915112345678",
	}
	links = [{"doctype": "Dynamic Link", "link_doctype": "Client Interaction", "link_name": complaint.name}]

	def store():
		if not later:
			return request_as(user, "frappe.client.insert", doc=frappe.as_json({**call, "links": links}))
		made = request_as(user, "frappe.client.insert", doc=frappe.as_json({**call, "status": "Ringing"}))
		stored = frappe.get_doc("Call Log", made["name"]).as_dict()
		ended = {**stored, "status": "Completed", "links": links}
		return request_as(user, "frappe.client.save", doc=frappe.as_json(ended))

	if reads:
		store()
	else:
		with pytest.raises(ClearanceMissingError):
			store()
	status = frappe.db.get_value("Client Interaction", complaint.name, "status")
	assert status == ("Answered" if reads else "Open")


@pytest.fixture
def of_raised_lead(mailbox, set_settings):
	"""An Opportunity of a Lead that has become confidential since, and the inquiry of that Lead."""
	set_settings(own_email_domains="own.example", identity_mode="Off", consent_mode="Off")
	set_settings(govern_leads=1, govern_opportunities=1)
	company = frappe.db.get_value("Company", {})
	lead = {"doctype": "Lead", "lead_name": "Anna", "email_id": ANNA, "company": company}
	lead = frappe.get_doc(lead).insert().name
	(asked,) = frappe.get_all("Client Interaction", {"reference_name": lead}, pluck="name")
	offer = {"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": lead, "company": company}
	offer = frappe.get_doc(offer).insert().name
	levels.set_level("Lead", lead, "Sensitive")
	frappe.db.set_value("Client Interaction", asked, "confidentiality_level", "Sensitive")
	return frappe._dict(asked=asked, offer=offer)


@pytest.mark.parametrize("reads", [False, True])
def test_a_message_about_an_opportunity_of_a_lead_that_was_raised(of_raised_lead, staff, request_as, reads):
	request_as(
		staff.cleared if reads else staff.uncleared,
		MAKE,
		doctype="Opportunity",
		name=of_raised_lead.offer,
		recipients=ANNA,
		subject="Your roof",
		content="All is well.",
		send_email=1,
	)
	status = frappe.db.get_value("Client Interaction", of_raised_lead.asked, "status")
	assert status == ("Answered" if reads else "Open")


@pytest.mark.parametrize("reads", [False, True])
def test_a_call_about_an_opportunity_of_a_lead_that_was_raised(of_raised_lead, staff, request_as, reads):
	call = {
		"doctype": "Call Log",
		"id": "call-2",
		"type": "Outgoing",
		"status": "Completed",
		"to": "+4915112345678",
		"links": [
			{"doctype": "Dynamic Link", "link_doctype": "Opportunity", "link_name": of_raised_lead.offer}
		],
	}
	user = staff.cleared if reads else staff.uncleared
	made = request_as(user, "frappe.client.insert", doc=frappe.as_json(call))
	logged = frappe.db.get_value("Call Log", made["name"], "client_interaction")
	assert logged and (logged == of_raised_lead.asked) == reads
	status = frappe.db.get_value("Client Interaction", of_raised_lead.asked, "status")
	assert status == ("Answered" if reads else "Open")


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("reads", [False, True])
def test_a_meeting_about_an_opportunity_of_a_lead_that_was_raised(
	of_raised_lead, staff, request_as, clock_at, as_user, reads, later
):
	"""Its author would lose it to the record, and so learn that there is one."""
	begins = frappe.utils.add_to_date(clock.now(), hours=2 if later else -2)
	meeting = {
		"doctype": "Event",
		"subject": "The roof",
		"event_type": "Public",
		"starts_on": begins,
		"event_participants": [
			{"reference_doctype": "Opportunity", "reference_docname": of_raised_lead.offer}
		],
	}
	user = staff.cleared if reads else staff.uncleared
	made = request_as(user, "frappe.client.insert", doc=frappe.as_json(meeting))
	if later:
		frappe.local.request = None  # a job
		with clock_at(frappe.utils.add_to_date(clock.now(), hours=3)):
			event.log_begun()
	logged = frappe.db.get_value("Event", made["name"], "client_interaction")
	assert logged and (logged == of_raised_lead.asked) == reads
	with as_user(user):
		assert frappe.get_doc("Event", made["name"]).has_permission("read")
