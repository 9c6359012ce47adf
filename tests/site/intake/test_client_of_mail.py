"""The client and the conversation of a mail, if ERPNext files all mail under one lead."""

import frappe
import pytest
from frappe.email.receive import InboundMail

from client_comms.clients import parties

ADDRESS = "clara@filed-under-leads.example"


@pytest.fixture
def receive():
	account = frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Filed under leads",
			"email_id": "sales@own.example",
			"append_to": "Lead",
		}
	).insert()
	numbers = iter(range(1, 10))

	def receive(subject, reply_to=ADDRESS):
		lines = (
			f"From: Clara Winter <{ADDRESS}>",
			f"Reply-To: {reply_to}",
			f"To: {account.email_id}",
			f"Subject: {subject}",
			"Date: Mon, 3 Mar 2025 10:00:00 +0100",
			f"Message-ID: <{next(numbers)}@filed-under-leads.example>",
			"",
			"Hello",
		)
		name = InboundMail("\r\n".join(lines).encode(), account).process().name
		communication = frappe.get_doc("Communication", name)
		return frappe.get_doc("Client Interaction", communication.client_interaction)

	return receive


@pytest.fixture
def customer(make_client):
	return make_client("Hotel filed under leads", ADDRESS, {"first_name": "Clara"}).party


def test_a_customer_stays_one_though_erpnext_makes_a_lead_and_a_second_contact(receive, customer):
	interaction = receive("Charging points")
	assert interaction.reference_doctype == "Lead"
	assert (interaction.party_type, interaction.party) == ("Customer", customer)
	assert frappe.db.count("Contact Email", {"email_id": ADDRESS}) == 2
	links = frappe.get_doc("Contact", interaction.contact).links
	assert [(link.link_doctype, link.link_name) for link in links] == [("Customer", customer)]


def test_a_customer_who_asks_for_answers_elsewhere_stays_one_and_is_doubted(receive, customer):
	interaction = receive("Another bank account", reply_to="clara@free-mail.example")
	assert (interaction.party_type, interaction.party) == ("Customer", customer)
	assert "clara@free-mail.example" in interaction.events[-1].note
	sender = frappe.db.get_value("Communication", {"client_interaction": interaction.name}, "sender")
	assert sender == ADDRESS, "where a reply goes"


def test_a_new_subject_of_a_known_lead_is_a_new_conversation(receive):
	inquiry = receive("Charging points")
	complaint = receive("Complaint about the noise")
	assert complaint.reference_name == inquiry.reference_name
	assert complaint.name != inquiry.name
	assert complaint.communication_type == "Feedback/Complaint"
	assert complaint.confidentiality_level == "Sensitive"


def test_a_reply_of_a_lead_without_its_headers_continues_the_conversation_of_its_subject(receive):
	inquiry = receive("Charging points")
	receive("Complaint about the noise")
	assert receive("Re: Charging points").name == inquiry.name


def test_the_user_behind_an_address(make_user):
	user = make_user("Frontline Staff")
	assert parties.user_of(f"Somebody <{user.upper()}>") == user
	assert parties.user_of(ADDRESS) is None
