"""Staff do not have the mail of people filed under another client, whose records they cannot read (P-2)."""

import frappe
import pytest

from client_comms import procedure
from client_comms.api import client_data
from client_comms.clients import parties

pytestmark = pytest.mark.clause("P-2")

ADDRESS, NUMBER = "anna@lead.example", "+4915155500777"


@pytest.fixture
def clerk(make_user):
	"""Without a role of this app."""
	return make_user("Sales User", "Sales Master Manager", "Sales Manager")


@pytest.fixture
def agent(make_user):
	"""With clearance for the everyday alone."""
	return make_user("Customer Support", "Sales User", "Sales Master Manager", "Sales Manager")


@pytest.fixture
def lead(site):
	"""Someone with a contact, of whom there is no customer."""
	return frappe.get_doc(
		{"doctype": "Lead", "lead_name": "Anna", "email_id": ADDRESS, "mobile_no": NUMBER}
	).insert()


@pytest.fixture
def person(lead):
	return frappe.db.get_value("Contact Email", {"email_id": ADDRESS}, "parent")


@pytest.fixture
def inquiry(lead, log):
	return log("Initial Inquiry", party_type="Lead", party=lead.name, direction="Inbound")


@pytest.fixture
def own(make_client):
	"""A customer who is there for the other user."""
	return make_client("Bo Client", "bo@client.example")


def add(user, contact, as_user, **row):
	doc = frappe.get_doc("Contact", contact)
	doc.append("email_ids" if "email_id" in row else "phone_nos", row)
	with as_user(user):
		doc.save()
	return doc


def client_of(address=ADDRESS):
	return parties.holders_of(address).party


def test_the_address_of_someone_with_hidden_records(lead, inquiry, own, clerk, as_user):
	doc = add(clerk, own.contact, as_user, email_id=ADDRESS)
	assert "does not count" in str(frappe.get_message_log())
	assert [bool(row.confirmed_on) for row in doc.email_ids] == [True, False]
	assert client_of() == ("Lead", lead.name)


def test_who_reads_the_records_confirms_it(lead, inquiry, own, clerk, agent, as_user):
	"""As its author does who reads them."""
	add(clerk, own.contact, as_user, email_id=ADDRESS)
	with as_user(clerk):
		client_data.confirm_details(own.contact, "Document Seen")
	assert client_of() == ("Lead", lead.name)
	with as_user(agent):
		client_data.confirm_details(own.contact, "Document Seen")
	assert client_of() == ("Customer", own.party)


def test_one_hidden_record_is_enough(lead, inquiry, log, own, agent, as_user):
	log(procedure.FEEDBACK, party_type="Lead", party=lead.name, direction="Inbound")
	add(agent, own.contact, as_user, email_id=ADDRESS)
	assert client_of() == ("Lead", lead.name)


def test_a_number(lead, inquiry, own, clerk, as_user):
	add(clerk, own.contact, as_user, phone=NUMBER)
	assert parties.client_of_number(NUMBER).party == lead.name


def test_a_contact_that_is_made_with_it(lead, inquiry, own, clerk, as_user):
	with as_user(clerk):
		frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": "Cy",
				"email_ids": [{"email_id": ADDRESS, "is_primary": 1, "creation": "2000-01-01"}],
				"links": [{"link_doctype": "Customer", "link_name": own.party}],
			}
		).insert()
	assert client_of() == ("Lead", lead.name)


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_contact_itself_of_another_client(is_kept, person, lead, inquiry, own, clerk, as_user):
	doc = frappe.get_doc("Contact", person)
	doc.set("links", doc.links if is_kept else [])
	doc.append("links", {"link_doctype": "Customer", "link_name": own.party})
	with as_user(clerk):
		doc.save()
	assert client_of() != ("Customer", own.party)


def test_someone_of_whom_nothing_is_hidden(lead, own, clerk, as_user):
	for name in frappe.get_all("Client Interaction", {"party": lead.name}, pluck="name"):
		frappe.delete_doc("Client Interaction", name, force=True)
	add(clerk, own.contact, as_user, email_id=ADDRESS)
	assert client_of() == ("Customer", own.party)


def test_the_customer_whom_the_lead_becomes(lead, inquiry, clerk, as_user):
	"""ERPNext gives it the contact of the lead."""
	from erpnext.crm.doctype.lead.lead import make_customer

	with as_user(clerk):
		customer = make_customer(lead.name)
		customer.update({"customer_group": "Individual", "territory": "Rest Of The World"})
		customer.insert()
	assert client_of() == ("Customer", customer.name)


def test_a_customer_with_another_contact_of_the_same_address(own, log, clerk, as_user, make_client):
	log("Initial Inquiry", direction="Inbound", **own)
	with as_user(clerk):
		doc = frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": "Bo at home",
				"email_ids": [{"email_id": "bo@client.example", "is_primary": 1}],
				"links": [{"link_doctype": "Customer", "link_name": own.party}],
			}
		).insert()
	assert doc.email_ids[0].confirmed_on
