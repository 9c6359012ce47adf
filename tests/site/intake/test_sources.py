"""Every inquiry and every contact that reaches ERPNext is logged exactly once, however it arrives (D-1, F-1, M-1)."""

import email.utils
from unittest import mock
from zoneinfo import ZoneInfo

import frappe
import pytest
from erpnext.crm.doctype.appointment.appointment import Appointment
from frappe.email.receive import InboundMail
from frappe.utils import get_datetime

from client_comms import api, compat, procedure, scheduled
from client_comms.api.sources import simulate_source_rules
from client_comms.enforcement.methods import relink
from client_comms.intake import arrivals, retry, unlogged
from client_comms.intake import event as meetings
from client_comms.intake import issue as issues
from client_comms.outgoing import logged_contacts

pytestmark = pytest.mark.clause("D-1", "F-1", "M-1")

INTERACTION = "Client Interaction"
MONDAY = "2026-11-23 10:00"
DOMAIN = "nordlicht.example"
ADDRESS = "anna@client-a.example"
NUMBER = "+49 30 901820"
SWITCHES = ("log_leads", "log_opportunities", "log_calls", "log_events", "log_appointments", "log_outbound")


@pytest.fixture(autouse=True)
def everything_is_logged(set_settings, set_calendar):
	set_settings(own_email_domains=DOMAIN, log_inbound_email=1, log_issues=1, **dict.fromkeys(SWITCHES, 1))
	set_calendar(["09:00-17:00"])


@pytest.fixture
def staff(make_user):
	return {
		role: make_user(role, "Sales User", "Support Team", email=f"{role.split()[0].lower()}@{DOMAIN}")
		for role in ("Frontline Staff", "Account Manager", "Customer Support")
	}


@pytest.fixture
def customer(site, make_client):
	"""A customer with one contact, who has an address and a number."""
	numbers = [{"phone": "030 90 18-20", "is_primary_phone": 1}]
	made = make_client("Client A", ADDRESS, {"first_name": "Anna", "phone_nos": numbers})
	frappe.db.set_value("Country", "Germany", "code", "de")
	company = frappe.defaults.get_global_default("company") or frappe.db.get_value("Company", {})
	frappe.defaults.set_global_default("company", company)
	frappe.db.set_value("Company", company, "country", "Germany")
	frappe.clear_document_cache("Company", company)
	frappe.get_doc("Contact", made.contact).save()  # in the company's country from now on
	return frappe._dict(name=made.party, contact=made.contact)


@pytest.fixture
def make(clock_at, as_user):
	"""`make("Lead", at=…, by=user, …)` inserts a document at that time as that user, as if it arrived automatically."""

	def insert(doctype, *, at=MONDAY, by="Administrator", **fields):
		with clock_at(at), as_user(by):
			return frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True)

	return insert


@pytest.fixture
def logged(site):
	"""`logged()` gives the interactions since the test began, oldest first."""
	before = set(frappe.get_all(INTERACTION, pluck="name"))

	def since():
		names = frappe.get_all(
			INTERACTION, {"name": ("not in", before or [""])}, pluck="name", order_by="name asc"
		)
		return [frappe.get_doc(INTERACTION, name) for name in names]

	return since


@pytest.fixture
def message(make, staff):
	"""`message("Received", …)`: an email as a Communication, from or to Anna."""

	def insert(kind="Received", *, by="Administrator", **fields):
		sent = kind == "Sent"
		return make(
			"Communication",
			by=by,
			**{
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": kind,
				"sender": by if sent else ADDRESS,
				"sender_full_name": "" if sent else "Anna Client",
				"recipients": ADDRESS if sent else f"info@{DOMAIN}",
				"subject": "Solar roof",
				"content": "Please send an offer.",
				**fields,
			},
		)

	return insert


def events(doc):
	return [row.event for row in doc.events]


# --- Lead ---------------------------------------------------------------------------------------


def test_a_lead_from_the_desk_is_an_inquiry(make, logged, staff):
	lead = make("Lead", first_name="Anna", last_name="Client", email_id=ADDRESS)
	(doc,) = logged()
	assert (doc.party_type, doc.party, doc.party_name) == ("Lead", lead.name, "Anna Client")
	assert (doc.reference_doctype, doc.reference_name) == ("Lead", lead.name)
	assert (doc.communication_type, doc.channel, doc.direction) == ("Initial Inquiry", "Phone", "Inbound")
	assert doc.contact and doc.responsible_staff == staff["Frontline Staff"]
	assert (str(doc.occurred_on), str(doc.acknowledge_by)) == ("2026-11-23 10:00:00", "2026-11-24 17:00:00")
	assert events(doc) == ["Logged", "Received"] and doc.events[1].source_name == lead.name


def test_a_lead_from_a_web_form_comes_through_the_portal(make, logged):
	frappe.flags.in_web_form = True
	make("Lead", first_name="Anna", email_id=ADDRESS)
	assert logged()[0].channel == "Portal"


def test_leads_that_are_imported_are_not_inquiries(make, logged):
	frappe.flags.in_import = True
	make("Lead", first_name="Anna", email_id=ADDRESS, status="Lead")
	make("Issue", subject="Old matter", raised_by=ADDRESS, status="Open")
	assert not logged()


def test_a_lead_typed_in_for_who_wrote_before_becomes_the_client_of_that_conversation(message, make, logged):
	make("Contact", first_name="Anna", email_ids=[{"email_id": ADDRESS, "is_primary": 1}])
	message()
	lead = make("Lead", first_name="Anna", email_id=ADDRESS, at="2026-11-23 11:00")
	(doc,) = logged()
	assert (doc.party_type, doc.party) == ("Lead", lead.name)


@pytest.mark.parametrize(
	("switch", "doctype", "fields"),
	[
		("log_leads", "Lead", {"first_name": "Anna", "email_id": ADDRESS}),
		("log_issues", "Issue", {"subject": "Noise", "raised_by": ADDRESS}),
		(
			"log_calls",
			"Call Log",
			{"type": "Incoming", "status": "Completed", "from": NUMBER, "to": "030 1", "id": "c1"},
		),
	],
)
def test_each_source_has_its_switch(make, logged, set_settings, switch, doctype, fields):
	set_settings(**{switch: 0})
	make(doctype, **fields)
	assert not logged()
	set_settings(**{switch: 1})
	make(doctype, **{**fields, "email_id": "other@client-b.example", "id": "c2"})
	assert len(logged()) == 1


# --- documents made of others -------------------------------------------------------------------


@pytest.mark.parametrize(
	("doctype", "make_of"),
	[
		("Issue", relink.make_issue_from_communication),
		("Lead", relink.make_lead_from_communication),
		("Opportunity", lambda name: relink.make_opportunity_from_communication(name, company=_company())),
	],
)
def test_a_document_made_of_a_message_continues_its_conversation(message, logged, clock_at, doctype, make_of):
	first = message()
	with clock_at("2026-11-23 11:00"):
		made = make_of(first.name)
	(doc,) = logged()
	assert (doc.reference_doctype, doc.reference_name) == (doctype, made)
	assert events(doc) == ["Logged", "Received"]


def _company():
	return frappe.db.get_value("Company", {})


def test_an_opportunity_continues_what_is_open_about_its_lead(make, message, logged, clock_at):
	lead = make("Lead", first_name="Anna", email_id=ADDRESS)
	opportunity = make("Opportunity", opportunity_from="Lead", party_name=lead.name, at="2026-11-23 11:00")
	assert len(logged()) == 1
	mail = message(reference_doctype="Opportunity", reference_name=opportunity.name, at="2026-11-23 12:00")
	(doc,) = logged()
	assert mail.client_interaction == doc.name and events(doc) == ["Logged", "Received", "Received"]

	with clock_at("2026-11-24 10:00"):
		api.answer(doc.name)
		api.close(doc.name)
	make("Opportunity", opportunity_from="Lead", party_name=lead.name, at="2026-11-25 10:00")
	assert len(logged()) == 2, "what is closed is not gone on with"


def test_an_opportunity_of_a_customer_is_an_inquiry(make, logged, customer):
	opportunity = make("Opportunity", opportunity_from="Customer", party_name=customer.name)
	(doc,) = logged()
	assert (doc.party, doc.reference_name) == (customer.name, opportunity.name)


def test_an_issue_from_the_portal_is_logged_with_its_message(make, logged, customer):
	issue = make(
		"Issue", subject="Noise at night", raised_by=ADDRESS, description="Loud.", via_customer_portal=1
	)
	(doc,) = logged()
	assert (doc.channel, doc.reference_name, doc.party) == ("Portal", issue.name, customer.name)
	assert (
		frappe.db.get_value("Communication", {"reference_name": issue.name}, "client_interaction") == doc.name
	)


@pytest.mark.parametrize(
	("opened", "expected"),
	[
		({"opening_date": "2026-11-23"}, "2026-11-23 18:30:00"),
		({"opening_date": None}, "2026-11-23 18:30:00"),
		({"opening_date": "2026-11-20", "opening_time": "16:15:00"}, "2026-11-20 16:15:00"),
		({"opening_date": "2026-11-20", "opening_time": "00:00:00"}, "2026-11-20 00:00:00"),
		({"opening_date": "2026-11-20"}, "2026-11-20 00:00:00"),
	],
)
def test_an_issue_without_a_time_begins_when_it_was_entered(make, logged, customer, opened, expected):
	issue = make("Issue", at="2026-11-23 18:30", subject="Noise at night", raised_by=ADDRESS)
	(doc,) = logged()
	frappe.delete_doc(INTERACTION, doc.name, force=True)
	issue.db_set({"opening_time": None, **opened})
	issue.reload()
	assert str(issues.log(issue).occurred_on) == expected


def test_an_issue_entered_after_hours_has_the_whole_next_day(make, logged, customer):
	make("Issue", at="2026-11-23 18:30", subject="Noise at night", raised_by=ADDRESS)
	(doc,) = logged()
	assert str(doc.occurred_on) == "2026-11-23 18:30:00"
	assert str(doc.acknowledge_by) == "2026-11-25 17:00:00"


def test_what_staff_answer_in_the_portal_alone_is_an_answer(make, logged, staff):
	"""Frappe Helpdesk stores it without a medium where it sends no emails."""
	issue = make(
		"Issue", subject="Noise at night", raised_by=ADDRESS, description="Loud.", via_customer_portal=1
	)
	answer = {
		"sent_or_received": "Sent",
		"communication_medium": "",
		"content": "We look into it.",
		"sender": staff["Frontline Staff"],
		"recipients": ADDRESS,
		"reference_doctype": "Issue",
	}
	make(
		"Communication",
		by=staff["Frontline Staff"],
		at="2026-11-23 12:00",
		reference_name=issue.name,
		**answer,
	)
	(doc,) = logged()
	assert [row.event for row in doc.events] == ["Logged", "Received", "Answered"]

	by_email = make("Issue", subject="Other", raised_by=ADDRESS, at="2026-11-23 13:00")
	note = make(
		"Communication",
		by=staff["Frontline Staff"],
		at="2026-11-23 14:00",
		reference_name=by_email.name,
		**answer,
	)
	assert not note.client_interaction, "the client does not see it"


@pytest.fixture
def unsent(monkeypatch):
	"""No mail asks the unknown client to confirm, because that needs an account from which to send."""
	monkeypatch.setattr(Appointment, "send_confirmation_email", lambda self: None)


def test_an_appointment_of_someone_known_is_an_inquiry_and_its_meeting_belongs_to_it(
	make, logged, customer, clock_at
):
	frappe.db.set_value("Customer", customer.name, "email_id", ADDRESS)
	booked = make(
		"Appointment",
		customer_name="Anna",
		customer_email=ADDRESS,
		scheduled_time="2026-11-26 10:00",
		customer_details="About the roof.",
	)
	(doc,) = logged()
	assert (doc.reference_name, doc.party, str(doc.occurred_on)) == (
		booked.name,
		customer.name,
		"2026-11-23 10:00:00",
	)
	assert "About the roof." in doc.summary
	with clock_at("2026-11-26 10:05"):
		assert meetings.log_begun() == 1
	(doc,) = logged()
	assert events(doc) == ["Logged", "Received", "Contacted"]
	assert doc.respond_status == "Running" or doc.respond_status == "Breached"


def test_an_appointment_of_a_stranger_is_logged_once_when_it_is_confirmed(make, logged, clock_at, unsent):
	booked = make(
		"Appointment", customer_name="Anna", customer_email=ADDRESS, scheduled_time="2026-11-26 10:00"
	)
	assert not logged()
	with clock_at("2026-11-23 12:00"):
		booked.reload()
		booked.set_verified(ADDRESS)
	(doc,) = logged()
	assert doc.party_type == "Lead" and str(doc.occurred_on) == "2026-11-23 12:00:00"


def test_an_appointment_that_makes_a_lead_is_logged_also_where_leads_are_not(
	make, logged, clock_at, set_settings, unsent
):
	set_settings(log_leads=0)
	booked = make(
		"Appointment", customer_name="Anna", customer_email=ADDRESS, scheduled_time="2026-11-26 10:00"
	)
	with clock_at("2026-11-23 12:00"):
		booked.reload()
		booked.set_verified(ADDRESS)
	(doc,) = logged()
	assert (doc.reference_doctype, doc.reference_name) == ("Appointment", booked.name)


# --- calls --------------------------------------------------------------------------------------


@pytest.fixture
def call(make):
	numbers = iter(range(1000))

	def insert(kind="Incoming", status="Completed", *, client=NUMBER, **fields):
		ends = {"from": client, "to": "+49 30 555"} if kind == "Incoming" else {"from": "1", "to": client}
		return make("Call Log", id=f"call-{next(numbers)}", type=kind, status=status, **ends, **fields)

	return insert


@pytest.mark.parametrize("number", ["+49 30 901820", "030-901820", "004930901820"])
def test_a_call_is_an_inquiry_of_whose_number_it_is(call, logged, customer, number):
	doc_of_call = call(client=number)
	(doc,) = logged()
	assert (doc.party, doc.contact, doc.channel) == (customer.name, customer.contact, "Phone")
	assert (doc.subject, events(doc)) == ("Call from Anna", ["Logged", "Received"])
	doc_of_call.reload()
	assert doc_of_call.client_interaction == doc.name
	assert doc_of_call.confidentiality_level == doc.confidentiality_level


def test_a_missed_call_is_an_inquiry_too(call, logged, customer):
	call(status="No Answer")
	assert logged()[0].subject == "Missed call from Anna"


def test_a_stranger_is_logged_by_number(call, logged):
	call(client="+49 40 123456")
	(doc,) = logged()
	assert (doc.party, doc.party_name) == (None, "+4940123456")


def test_a_call_is_logged_once_when_it_is_over(call, logged, clock_at, customer):
	doc = call(status="Ringing")
	for at, status in (("10:01", "In Progress"), ("10:05", "Completed"), ("10:06", "Completed")):
		assert len(logged()) == (at == "10:06")
		with clock_at(f"2026-11-23 {at}"):
			doc.reload()
			doc.status = status
			doc.save()
	assert len(logged()) == 1


@pytest.mark.clause("P-2")
def test_a_call_to_a_client_is_on_the_disclosure_register_when_it_is_over(call, logged, customer, staff):
	doc = call("Outgoing", "In Progress", employee_user_id=staff["Frontline Staff"])
	for _save in range(2):
		doc.reload()
		doc.status = "Completed"
		doc.save()
	(entry,) = frappe.get_all(
		"Client Disclosure",
		{"party": customer.name},
		["client_interaction", "channel", "recipient_kind", "contact"],
	)
	(interaction,) = logged()
	assert entry == {
		"client_interaction": interaction.name,
		"channel": "Phone",
		"recipient_kind": "Client",
		"contact": customer.contact,
	}


@pytest.mark.clause("P-2")
def test_a_call_that_told_a_client_nothing_is_not_on_the_disclosure_register(call, customer):
	for kind, status in (("Incoming", "Completed"), ("Outgoing", "No Answer")):
		call(kind, status)
	assert not frappe.get_all("Client Disclosure", {"party": customer.name})


@pytest.mark.clause("P-2")
def test_a_call_to_a_stranger_about_a_client_is_registered_as_one_that_was_not_checked(
	call, logged, customer
):
	call("Outgoing", client="+49 40 123456", customer=customer.name)
	(interaction,) = logged()
	(entry,) = frappe.get_all(
		"Client Disclosure", {"client_interaction": interaction.name}, ["recipient_kind", "reason"]
	)
	assert entry == {
		"recipient_kind": "Third Party",
		"reason": "The call was over before it could be checked.",
	}


@pytest.mark.clause("P-2")
def test_a_call_is_stored_though_it_cannot_be_registered(call, logged, customer, monkeypatch):
	monkeypatch.setattr(logged_contacts.register, "register", mock.Mock(side_effect=ValueError))
	doc = call("Outgoing")
	assert logged() and doc.status == "Completed"
	assert frappe.db.exists("Error Log", {"reference_doctype": "Call Log", "reference_name": doc.name})


STRANGER = "+49 40 123456"


def test_a_lead_typed_in_during_the_call_and_the_call_are_one(make, call, logged, clock_at, staff):
	doc = call(status="In Progress", client=STRANGER, start_time=MONDAY)
	lead = make("Lead", at="2026-11-23 10:03", first_name="Nora", mobile_no=STRANGER)
	with clock_at("2026-11-23 10:05"):
		doc.reload()
		doc.status = "Completed"
		doc.save()
	(logged_once,) = logged()
	assert (logged_once.party_type, logged_once.party, logged_once.channel) == ("Lead", lead.name, "Phone")
	assert frappe.db.get_value("Call Log", doc.name, "client_interaction") == logged_once.name
	assert str(logged_once.acknowledge_by) == "2026-11-24 17:00:00"
	assert logged_once.status == "Open"


def test_a_later_call_of_a_lead_is_one_of_its_own(make, call, logged, staff):
	make("Lead", at="2026-11-20 10:00", first_name="Nora", mobile_no=STRANGER)
	call(client=STRANGER, start_time=MONDAY)
	assert len(logged()) == 2


def test_a_lead_typed_in_after_the_call_is_who_called(make, call, logged, staff):
	call(client=STRANGER)
	lead = make("Lead", at="2026-11-23 10:30", first_name="Nora", mobile_no="040 123456")
	(doc,) = logged()
	assert (doc.party_type, doc.party, doc.party_name) == ("Lead", lead.name, "Nora")
	assert doc.contact


def test_a_lead_with_another_number_is_another_client(make, call, logged, staff):
	call(client=STRANGER)
	make("Lead", at="2026-11-23 10:30", first_name="Nora", mobile_no="+49 40 999999")
	assert len(logged()) == 2


@pytest.fixture
def write_down(clock_at, as_user):
	"""A user logs a call from a lead."""

	def log(lead, by, at="2026-11-23 10:10", **fields):
		with clock_at(at), as_user(by):
			return api.log_interaction(
				party_type="Lead",
				party=lead.name,
				communication_type="Initial Inquiry",
				channel="Phone",
				direction="Inbound",
				occurred_on="2026-11-23 10:00",
				subject="Called about a roof",
				summary="Asks for an offer.",
				**fields,
			)["name"]

	return log


def test_a_logged_call_and_the_lead_of_its_caller_are_one_interaction(make, logged, staff, write_down):
	lead = make("Lead", by=staff["Frontline Staff"], at="2026-11-23 10:05", first_name="Nora")
	opened = logged()[0].name
	name = write_down(lead, staff["Frontline Staff"])
	(doc,) = logged()
	assert (doc.name, doc.subject) == (name, "Called about a roof")
	assert (doc.reference_doctype, doc.reference_name) == ("Lead", lead.name)
	comments = frappe.get_all("Comment", {"reference_name": name, "comment_type": "Info"}, pluck="content")
	assert [opened in comment for comment in comments] == [True]


@pytest.mark.parametrize("change", ["a colleague's", "hours later", "acted on"])
def test_what_a_lead_opened_stays_where_it_is_something_of_its_own(
	make, logged, staff, write_down, as_user, change
):
	author = staff["Frontline Staff"]
	lead = make("Lead", by=author, at="2026-11-23 10:05", first_name="Nora")
	if change == "acted on":
		with as_user("Administrator"):
			api.acknowledge(logged()[0].name)
	by = staff["Account Manager"] if change == "a colleague's" else author
	at = "2026-11-23 14:00" if change == "hours later" else "2026-11-23 10:10"
	write_down(lead, by, at=at)
	assert len(logged()) == 2


def test_an_old_call_that_is_saved_again_is_not_logged(call, logged, set_settings, customer):
	set_settings(log_calls=0)
	doc = call()
	set_settings(log_calls=1)
	doc.reload()
	doc.summary = "About the roof"
	doc.save()
	assert not logged()


def test_a_call_that_did_not_reach_the_client_is_nothing(call, logged, customer, staff):
	cancelled = "Cancelled" if compat.is_version_16() else "Canceled"
	for status in ("No Answer", "Busy", "Failed", cancelled):
		call("Outgoing", status, by=staff["Frontline Staff"])
	assert not logged()


def test_a_call_to_the_client_begins_a_conversation(call, logged, customer, staff):
	call("Outgoing", by=staff["Account Manager"])
	(doc,) = logged()
	assert (doc.direction, doc.communication_type) == ("Outbound", "Service Update")
	assert doc.responsible_staff == staff["Account Manager"]
	assert events(doc) == ["Logged", "Contacted"] and doc.clock_state == "Stopped"


@pytest.mark.parametrize(("known", "status"), [(True, "Open"), (False, "Answered")])
def test_a_call_to_another_about_an_issue_answers_nothing(call, make, logged, customer, staff, known, status):
	"""Whose number is on file is known; clients call from many that are not."""
	if known:
		make("Contact", first_name="Eve", phone_nos=[{"phone": STRANGER, "is_primary_phone": 1}])
	issue = make("Issue", subject="Noise", raised_by=ADDRESS)
	call(
		"Outgoing",
		client=STRANGER,
		by=staff["Customer Support"],
		links=[{"link_doctype": "Issue", "link_name": issue.name}],
	)
	(doc,) = logged()
	assert doc.status == status
	assert events(doc)[-1] == ("Contacted" if known else "Answered")


def test_a_call_to_the_client_about_an_issue_answers_it(call, make, logged, customer, staff):
	issue = make("Issue", subject="Noise", raised_by=ADDRESS)
	made = call(
		"Outgoing",
		by=staff["Customer Support"],
		at="2026-11-23 12:00",
		links=[{"link_doctype": "Issue", "link_name": issue.name}],
	)
	(doc,) = logged()
	assert (doc.status, doc.respond_status, str(doc.responded_on)) == (
		"Answered",
		"Met",
		"2026-11-23 12:00:00",
	)
	assert doc.events[-1].source_name == made.name
	assert doc.events[-1].by_user == staff["Customer Support"]


def test_a_second_call_of_a_lead_may_be_about_anything(call, make, logged):
	lead = make("Lead", first_name="Anna", phone=NUMBER)
	call(at="2026-11-23 11:00", links=[{"link_doctype": "Lead", "link_name": lead.name}])
	first, second = logged()
	assert first.name != second.name and second.party == lead.name


# --- meetings -----------------------------------------------------------------------------------


@pytest.fixture
def meet(make, customer):
	frappe.cache.delete_value(scheduled.FRUITLESS)

	def insert(starts_on, **fields):
		return make(
			"Event",
			subject="Visit on the roof",
			starts_on=starts_on,
			event_participants=[{"reference_doctype": "Customer", "reference_docname": customer.name}],
			**fields,
		)

	return insert


def test_a_meeting_that_was_held_is_logged_when_it_is_entered(meet, logged, customer, staff):
	event = meet("2026-11-20 14:00", by=staff["Account Manager"], event_category="Meeting")
	(doc,) = logged()
	assert (doc.party, doc.channel, doc.direction) == (customer.name, "Meeting", "Outbound")
	assert (doc.communication_type, doc.responsible_staff) == ("Service Update", staff["Account Manager"])
	assert str(doc.occurred_on) == "2026-11-20 14:00:00"
	event.reload()
	assert event.client_interaction == doc.name
	copies = frappe.get_all("Communication", {"reference_name": event.name}, pluck="client_interaction")
	assert set(copies) == {doc.name}, "Frappe's copy of the event is as confidential, and logged with it"


def test_a_meeting_to_come_is_none_until_it_begins(meet, logged, clock_at, staff):
	event = meet("2026-11-23 14:00", by=staff["Frontline Staff"])
	for at, known in (("13:55", 0), ("14:00", 1), ("14:05", 1)):
		with clock_at(f"2026-11-23 {at}"):
			meetings.log_begun()
		assert len(logged()) == known
	assert logged()[0].events[-1].source_name == event.name


@pytest.mark.parametrize("change", [{"status": "Cancelled"}, {"starts_on": "2026-12-01 14:00"}])
def test_a_meeting_that_is_called_off_or_put_off_is_none(meet, logged, clock_at, staff, change):
	event = meet("2026-11-23 14:00", by=staff["Frontline Staff"])
	with clock_at("2026-11-23 13:00"):
		event.reload()
		event.update(change)
		event.save()
	with clock_at("2026-11-23 15:00"):
		meetings.log_begun()
	assert not logged()


def test_a_meeting_that_fails_is_tried_by_the_hourly_job_alone(meet, logged, clock_at, errors, monkeypatch):
	meet("2026-11-23 14:00")
	with monkeypatch.context() as without_rule:
		without_rule.setattr(meetings.arrivals, "open_new", mock.Mock(side_effect=ValueError("no rule")))
		for minute in ("00", "05", "10"):
			with clock_at(f"2026-11-23 14:{minute}"):
				meetings.log_begun()
		assert meetings.arrivals.open_new.call_count == 1 and len(errors()) == 1
	with clock_at("2026-11-23 15:00"):
		assert retry.run() == 1
	assert len(logged()) == 1


def test_a_meeting_that_becomes_nothing_is_not_tried_every_five_minutes(
	meet, logged, clock_at, make_user, monkeypatch
):
	"""Its owner could not read what would be logged."""
	owner = make_user("Sales User")
	event = meet("2026-11-23 14:00", by=owner)
	tried = mock.Mock(wraps=meetings.log)
	monkeypatch.setattr(meetings, "log", tried)
	for at in ("14:00", "14:05", "14:10"):
		with clock_at(f"2026-11-23 {at}"):
			assert meetings.log_begun() == 0
	assert tried.call_count == 1
	# As soon as it is changed, and after a day.
	with clock_at("2026-11-23 14:20"):
		event.reload()
		event.subject = "Visit in the cellar"
		event.save(ignore_permissions=True)
		meetings.log_begun()
	assert tried.call_count == 2 and not logged()
	frappe.get_doc("User", owner).add_roles(procedure.FRONTLINE_STAFF)
	with clock_at("2026-11-24 14:19"):
		assert meetings.log_begun() == 0
	with clock_at("2026-11-24 14:20"):
		assert meetings.log_begun() == 1
	assert len(logged()) == 1


def test_a_meeting_without_an_interaction_is_logged_also_if_the_field_is_empty_text(meet, logged, clock_at):
	"""As a raw write or an import leaves it."""
	event = meet("2026-11-23 14:00")
	frappe.db.set_value("Event", event.name, "client_interaction", "", update_modified=False)
	with clock_at("2026-11-23 14:05"):
		assert meetings.log_begun() == 1
	assert len(logged()) == 1


def test_a_meeting_that_was_set_aside_is_none(meet, logged, clock_at):
	event = meet("2026-11-23 14:00")
	with clock_at("2026-11-23 14:01"):
		unlogged.dismiss("Event", event.name, "A visit of a friend")
	with clock_at("2026-11-23 14:05"):
		assert meetings.log_begun() == 0
	assert not logged()


def test_a_meeting_that_is_deleted_while_others_are_logged_keeps_none_from_it(
	meet, logged, clock_at, monkeypatch
):
	meet("2026-11-23 14:00")
	begun = meetings._begun
	monkeypatch.setattr(meetings, "_begun", lambda: {"deleted-meanwhile": None, **begun()})
	with clock_at("2026-11-23 14:05"):
		assert meetings.log_begun() == 1


def test_a_meeting_without_a_client_is_none(make, logged, staff):
	make(
		"Event",
		subject="Staff meeting",
		starts_on="2026-11-20 14:00",
		by=staff["Account Manager"],
		event_participants=[{"reference_doctype": "User", "reference_docname": staff["Frontline Staff"]}],
	)
	assert not logged()


def test_a_meeting_about_an_issue_belongs_to_it_and_answers_nothing(make, meet, logged, customer, staff):
	issue = make("Issue", subject="Noise", raised_by=ADDRESS)
	meet(
		"2026-11-23 09:30",
		by=staff["Customer Support"],
		reference_doctype="Issue",
		reference_docname=issue.name,
	)
	(doc,) = logged()
	assert events(doc) == ["Logged", "Received", "Contacted"] and doc.respond_status == "Running"


# --- messages that staff begin, and messages entered by hand ------------------------------------


def test_the_first_message_to_a_client_is_a_conversation_of_who_wrote_it(message, logged, customer, staff):
	sent = message("Sent", by=staff["Account Manager"], subject="Maintenance in December")
	(doc,) = logged()
	assert (doc.direction, doc.communication_type) == ("Outbound", "Service Update")
	assert (doc.party, doc.responsible_staff) == (customer.name, staff["Account Manager"])
	assert sent.client_interaction == doc.name
	assert (doc.acknowledge_status, doc.respond_status) == ("Not Required", "Not Required")


def test_the_level_does_not_lock_out_who_wrote(message, logged, as_user, staff):
	"""A Service Update is Confidential, which Frontline Staff cannot read."""
	sent = message("Sent", by=staff["Frontline Staff"])
	(doc,) = logged()
	assert (doc.communication_type, doc.confidentiality_level) == ("Initial Inquiry", "Standard")
	assert doc.responsible_staff == staff["Frontline Staff"]
	assert frappe.has_permission(INTERACTION, "read", doc=doc.name, user=staff["Frontline Staff"])
	assert sent.client_interaction == doc.name


def test_people_without_a_role_of_the_procedure_begin_none(message, logged, make_user, staff):
	sent = message("Sent", by=make_user("Sales User"))
	assert not logged() and not sent.client_interaction


@pytest.mark.parametrize(
	"fields",
	[
		{"recipients": f"colleague@{DOMAIN}"},
		{"communication_type": "Automated Message"},
		{"sender": f"no-reply@{DOMAIN}"},
	],
	ids=["among staff", "automated", "no-reply"],
)
def test_what_is_not_a_contact_with_a_client_starts_none(message, logged, staff, fields):
	message("Sent", by=staff["Account Manager"], **fields)
	assert not logged()


def test_without_the_switch_only_replies_are_recorded(message, logged, staff, set_settings):
	set_settings(log_outbound=0)
	assert not message("Sent", by=staff["Account Manager"]).client_interaction
	first = message()
	message("Sent", by=staff["Frontline Staff"], in_reply_to=first.name, at="2026-11-23 12:00")
	(doc,) = logged()
	assert doc.status == "Answered"


def test_the_client_who_answers_a_first_contact_starts_the_clocks_never(message, logged, staff):
	"""Contacts that staff start do not expect a reply by staff: the matrix requires one only for client inquiries."""
	first = message("Sent", by=staff["Account Manager"], subject="Maintenance in December")
	reply = message(in_reply_to=first.name, subject="Re: Maintenance in December", at="2026-11-24 10:00")
	(doc,) = logged()
	assert reply.client_interaction == doc.name and events(doc)[-1] == "Received"


@pytest.mark.parametrize(
	("medium", "channel"),
	[("Phone", "Phone"), ("SMS", "Chat"), ("Chat", "Chat"), ("Visit", "Visit"), ("Other", "Letter")],
)
def test_what_staff_enter_as_a_message_of_the_client_is_an_inquiry(
	make, logged, customer, staff, medium, channel
):
	entered = make(
		"Communication",
		by=staff["Frontline Staff"],
		communication_type="Communication",
		communication_medium=medium,
		sent_or_received="Received",
		sender=staff["Frontline Staff"],
		phone_no=NUMBER,
		subject="Solar roof",
		content="Anna asks for an offer.",
	)
	(doc,) = logged()
	assert (doc.channel, doc.direction, doc.party) == (channel, "Inbound", customer.name)
	assert entered.client_interaction == doc.name


# --- threads ------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["interaction", "issue"])
def test_a_name_in_the_subject_is_the_same_reference(message, make, logged, customer, named):
	issue = make("Issue", subject="Noise", raised_by=ADDRESS)
	(doc,) = logged()
	name = doc.name if named == "interaction" else issue.name
	mail = message(subject=f"Your letter, {name}", at="2026-11-23 12:00")
	assert mail.client_interaction == doc.name


def test_a_name_in_the_subject_counts_only_from_its_client(message, make, logged, customer):
	make("Issue", subject="Noise", raised_by=ADDRESS)
	(doc,) = logged()
	mail = message(subject=f"Re: {doc.name}", sender="eve@elsewhere.example", sender_full_name="Eve")
	assert mail.client_interaction != doc.name and len(logged()) == 2


def test_a_name_in_the_subject_of_a_reply_answers(message, make, logged, customer, staff):
	make("Issue", subject="Noise", raised_by=ADDRESS)
	(doc,) = logged()
	message("Sent", by=staff["Customer Support"], subject=f"{doc.name}: done", at="2026-11-23 12:00")
	(doc,) = logged()
	assert doc.status == "Answered"


def test_a_bounce_without_headers_of_a_reply_is_known_by_the_message_it_returns(
	message, logged, customer, staff, clock_at
):
	sent = message("Sent", by=staff["Account Manager"], message_id="sent-1@nordlicht.example")
	account = frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Test Support",
			"email_id": f"support@{DOMAIN}",
			"enable_incoming": 0,
			"enable_outgoing": 0,
		}
	).insert()
	date = email.utils.format_datetime(get_datetime(MONDAY).replace(tzinfo=ZoneInfo("Europe/Berlin")))
	raw = f"""From: MAILER-DAEMON@mx.client-a.example
To: support@{DOMAIN}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@mx.client-a.example>
Date: {date}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Could not be delivered.
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; {ADDRESS}
Action: failed
--b
Content-Type: text/rfc822-headers

Message-ID: <sent-1@nordlicht.example>
Subject: Maintenance
--b--
"""
	with clock_at("2026-11-23 10:05"):
		bounce = frappe.get_doc("Communication", InboundMail(raw.encode(), account).process().name)
	(doc,) = logged()
	assert bounce.client_interaction == doc.name == sent.client_interaction
	assert events(doc)[-1] == "Bounced"
	told = frappe.get_all(
		"Notification Log", {"document_name": doc.name, "for_user": doc.responsible_staff}, pluck="subject"
	)
	assert [subject for subject in told if "came back" in subject]


# --- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
	("doctype", "fields"),
	[
		("Lead", {"first_name": "Anna", "email_id": ADDRESS}),
		("Issue", {"subject": "Noise", "raised_by": ADDRESS}),
		("Call Log", {"type": "Incoming", "status": "Completed", "from": NUMBER, "to": "1", "id": "c9"}),
	],
)
def test_what_cannot_be_logged_is_stored_all_the_same(make, logged, errors, monkeypatch, doctype, fields):
	def fail(*args, **kwargs):
		raise RuntimeError("intake is broken")

	monkeypatch.setattr(arrivals, "open_new", fail)
	made = make(doctype, **fields)
	assert frappe.db.exists(doctype, made.name) and not logged()
	(error,) = errors()
	assert "intake is broken" in error


# --- the rules and their tester -----------------------------------------------------------------


def test_a_rule_for_calls_decides_on_calls_alone(call, make, logged, customer, set_settings):
	rules = [{"source": "Call Log", "direction": "Inbound", "communication_type": "Feedback/Complaint"}]
	set_settings(source_rules=rules)
	call()
	make("Lead", first_name="Bert", email_id="bert@client-b.example")
	assert [doc.communication_type for doc in logged()] == ["Feedback/Complaint", "Initial Inquiry"]


@pytest.mark.parametrize("row", [{}, {"subject_contains": " , \n"}])
def test_a_rule_without_condition_is_refused(set_settings, row):
	with pytest.raises(frappe.ValidationError, match="row 1: enter a condition"):
		set_settings(source_rules=[{**row, "communication_type": "Service Update"}])


def test_the_tester_says_what_a_message_would_become(staff, clock_at, logged):
	with clock_at(MONDAY):
		found = simulate_source_rules("Communication", "Inbound", subject="Complaint about the noise")
	assert found["communication_type"] == "Feedback/Complaint"
	assert (found["confidentiality_level"], found["rule"]) == ("Sensitive", 2)
	assert "Complaint" in found["reason"] or "complaint" in found["reason"]
	assert (str(found["acknowledge_by"]), str(found["respond_by"])) == (
		"2026-11-24 17:00:00",
		"2026-11-25 17:00:00",
	)
	assert found["responsible_staff"] == staff["Customer Support"]
	assert not logged()


def test_the_tester_tries_rules_that_are_not_saved(staff):
	rules = [{"source": "Event", "communication_type": "Resolution/Closure"}]
	found = simulate_source_rules("Event", "Outbound", rules=frappe.as_json(rules))
	assert (found["communication_type"], found["rule"]) == ("Resolution/Closure", 1)
	assert found["acknowledge_by"] is None and found["responsible_staff"] is None


@pytest.mark.parametrize("rules", ["x", "[[]]", [1], '{"source": "Event"}'])
def test_the_tester_takes_rows_of_rules(staff, rules):
	with pytest.raises(frappe.ValidationError, match="must be a list of rows"):
		simulate_source_rules("Event", "Outbound", rules=rules)


def test_the_tester_is_for_those_who_configure_or_audit(staff, as_user):
	with as_user(staff["Frontline Staff"]), pytest.raises(frappe.PermissionError):
		simulate_source_rules("Communication", "Inbound")
