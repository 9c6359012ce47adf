"""What visitors write in the contact form of the website is one new interaction, with all that ERPNext makes of it (C-3, D-1, F-1)."""

import frappe
import pytest
from erpnext.templates import utils as erpnext_form
from frappe.www import contact as frappe_form

from client_comms.rules import response_clock

pytestmark = pytest.mark.clause("C-3", "D-1", "F-1")

INTERACTION = "Client Interaction"
ANNA, VISITOR = "anna@solar.example", "vera@visitor.example"
TEXT = "How much does a solar roof cost?"


@pytest.fixture
def write(as_user, mailbox):
	"""`write(address)`: what a visitor enters becomes interactions and messages, which are returned."""

	def write(address, form=erpnext_form, text=TEXT, user="Guest"):
		before = set(frappe.get_all(INTERACTION, pluck="name"))
		with as_user(user):
			frappe.local.form_dict = frappe._dict(sender=address, message=text, subject="Solar roof")
			form.send_message(address, text, "Solar roof")
			frappe.local.form_dict = frappe._dict()
		made = [name for name in frappe.get_all(INTERACTION, pluck="name") if name not in before]
		messages = frappe.get_all(
			"Communication",
			{"sender": address, "content": ("like", f"%{text}%")},
			["name", "client_interaction", "confidentiality_level", "reference_doctype"],
		)
		return [frappe.get_doc(INTERACTION, name) for name in made], messages

	return write


def received(interaction):
	return [row.source_name for row in interaction.events if row.event == response_clock.RECEIVED]


def test_an_unknown_visitor_becomes_a_lead_with_one_interaction(write):
	(made,), messages = write(VISITOR)
	assert (made.subject, made.channel, made.direction) == ("Solar roof", "Portal", "Inbound")
	assert TEXT in made.summary
	lead = frappe.db.get_value("Lead", {"email_id": VISITOR})
	assert (made.party_type, made.party) == ("Lead", lead)
	opportunity = frappe.db.get_value("Opportunity", {"party_name": lead})
	assert (made.reference_doctype, made.reference_name) == ("Opportunity", opportunity)
	assert len(received(made)) == 1 and made.acknowledge_status == response_clock.RUNNING
	assert [message.client_interaction for message in messages] == [made.name] * 2


@pytest.mark.parametrize("form", [frappe_form, erpnext_form])
def test_a_client_with_a_login_writes_in_the_same_way(form, write, make_user):
	(made,), messages = write(VISITOR, form, user=make_user("Customer", user_type="Website User"))
	assert made.subject == "Solar roof" and TEXT in made.summary
	assert {message.client_interaction for message in messages} == {made.name}


def test_what_hides_the_interaction_hides_both_messages(write, make_user):
	(made,), messages = write(VISITOR)
	made.reload()
	made.confidentiality_level = "Sensitive"
	made.level_change_reason = "Test"
	made.save_by_app()
	user = make_user("Frontline Staff", "Inbox User", "Sales User", "System Manager")
	assert not frappe.has_permission(INTERACTION, "read", doc=made.name, user=user)
	for message in messages:
		assert not frappe.has_permission("Communication", "read", doc=message.name, user=user)


def test_a_second_message_is_an_inquiry_of_its_own(write):
	(first,), _messages = write(VISITOR)
	first.reload()
	first.record(response_clock.ANSWERED)
	(second,), messages = write(VISITOR, text="And how much with a battery?")
	assert second.name != first.name and second.acknowledge_status == response_clock.RUNNING
	assert (second.party_type, second.party) == (first.party_type, first.party)
	assert {message.client_interaction for message in messages} == {second.name}
	assert len(received(frappe.get_doc(INTERACTION, first.name))) == 1


def test_a_client_is_recognised_and_no_conversation_of_theirs_continued(write, make_client, log):
	client = make_client("Solar House", ANNA)
	earlier = log(party_type="Customer", party=client.party)
	(made,), messages = write(ANNA)
	assert (made.party_type, made.party) == ("Customer", client.party)
	assert {message.client_interaction for message in messages} == {made.name} != {earlier.name}


def test_the_interaction_is_as_confidential_as_the_lead_of_which_the_opportunity_is_made(write, set_settings):
	set_settings(govern_leads=1, govern_opportunities=1)
	(_first,), _messages = write(VISITOR)
	frappe.db.set_value("Lead", {"email_id": VISITOR}, "confidentiality_level", "Sensitive")
	(second,), messages = write(VISITOR, text="And how much with a battery?")
	assert second.confidentiality_level == "Sensitive"
	assert {message.confidentiality_level for message in messages} == {"Sensitive"}


def test_frappes_form_alone_is_logged(write):
	(made,), (message,) = write(VISITOR, frappe_form)
	assert message.client_interaction == made.name and made.subject == "Solar roof"
	assert not made.reference_name and made.acknowledge_status == response_clock.RUNNING


def test_an_address_of_our_own_answers_nothing(write, make_user, make_client, log):
	earlier = log("Initial Inquiry", direction="Inbound")
	before = [row.event for row in earlier.reload().events]
	(made,), messages = write(make_user("Frontline Staff"))
	assert {message.client_interaction for message in messages} == {made.name}
	assert made.direction == "Inbound" and len(received(made)) == 1
	assert [row.event for row in earlier.reload().events] == before
