"""One mailbox has several spellings: a mail server ignores the case of a domain, and the dot with which it can end (P-2, P-3). Who is written to is found by any."""

import frappe
import pytest
from frappe.core.doctype.communication.email import make
from frappe.email.doctype.email_queue.email_queue import QueueBuilder

from client_comms import api
from client_comms.client_privacy import client_data
from client_comms.clients import confirmation, contacts, holders, parties
from client_comms.clients.addresses import bare_address
from client_comms.enforcement import compose

pytestmark = pytest.mark.clause("P-2", "P-3", "D-5")

ANNA = "anna@client.example"
SPELLINGS = [ANNA, "Anna@Client.Example", "anna@client.example.", "Anna <anna@client.example.>"]
# An address is often copied together with the full stop of its sentence, and Frappe stores it so.
STORED = [ANNA, "Anna@Client.Example."]


@pytest.fixture(params=STORED)
def client(make_client, mailbox, set_settings, request):
	compose.stand_around()
	set_settings(own_email_domains="own.example", identity_mode="Off", consent_mode="Off")
	return make_client("Anna of Nordlicht", request.param)


def queue(*recipients, **about):
	QueueBuilder(
		recipients=list(recipients), sender="service@own.example", subject="Offers", message="Hi", **about
	).process()
	return waiting(**about)


def waiting(**about):
	rows = frappe.get_all("Email Queue", {"status": "Not Sent", **about}, pluck="name")
	return frappe.get_all("Email Queue Recipient", {"parent": ("in", rows or [""])}, pluck="recipient")


def of_group():
	group = frappe.get_doc({"doctype": "Email Group", "title": frappe.generate_hash()}).insert()
	return {"reference_doctype": group.doctype, "reference_name": group.name}


@pytest.mark.parametrize("written", SPELLINGS)
def test_who_holds_it(client, written):
	assert ("Contact", client.contact) in holders.of([written])[written]
	assert parties.client_of(None, None, written, "").party == client.party


@pytest.mark.parametrize("written", SPELLINGS)
def test_a_client_who_withdrew_consent_gets_no_newsletter(client, set_settings, written):
	set_settings(advertising_purpose="Marketing")
	given = frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": client.party_type,
			"party": client.party,
			"purpose": "Marketing",
			"collected_through": "Phone",
			"notice_text": "I agree.",
		}
	).insert()
	api.withdraw_consent(given.name)
	assert queue(written, **of_group()) == []


@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize("written", SPELLINGS)
def test_who_has_unsubscribed_gets_nothing(mailbox, written, stored):
	compose.stand_around()
	left = {"doctype": "Email Unsubscribe", "email": stored, "global_unsubscribe": 1}
	frappe.get_doc(left).insert(ignore_permissions=True)
	assert queue(written, "eve@reader.example", **of_group()) == ["eve@reader.example"]


@pytest.mark.parametrize("stored", ["{}", "{}."])
@pytest.mark.parametrize("written", ["{}", "{}.", "Otto <{}.>"])
def test_a_colleague_without_clearance_is_left_out(client, log, make_user, written, stored):
	colleague = make_user("Frontline Staff")
	frappe.db.set_value("User", colleague, "email", stored.format(colleague))
	complaint = log("Feedback/Complaint", **client)
	make(
		doctype=complaint.doctype,
		name=complaint.name,
		subject="Your complaint",
		content="We are sorry.",
		recipients=ANNA,
		cc=written.format(colleague),
		send_email=1,
	)
	assert waiting(reference_name=complaint.name) == [ANNA]


@pytest.mark.parametrize("written", ["service@own.example.", "Service <service@own.example.>"])
def test_our_own(client, written):
	assert parties.is_own(written)


@pytest.mark.parametrize("written", ["{}", "{}.", "Otto <{}.>"])
def test_the_address_of_a_colleague_is_our_own(make_user, written):
	colleague = make_user("Frontline Staff")
	frappe.db.set_value("User", colleague, "email", f"{colleague}.")
	address = written.format(colleague)
	bare = bare_address(address)
	assert parties.is_own(address) and parties.outside([bare]) == []
	assert parties.user_of(address) == parties.users_of([bare]).get(bare) == colleague
	assert parties.held([bare]).by_staff == {bare} and parties.holders_of(bare).is_ours


@pytest.mark.parametrize("written", SPELLINGS)
def test_a_lead_of_the_address(written):
	lead = frappe.get_doc(
		{"doctype": "Lead", "first_name": "Anna", "email_id": "anna@client.example."}
	).insert()
	frappe.db.delete("Contact Email", {"email_id": ("like", "anna@client.example%")})
	assert parties.client_of(None, None, written, "").party == lead.name
	assert parties.of_addresses([bare_address(written)])[ANNA].party == lead.name
	assert contacts.is_on_file(written.rpartition("<")[2].rstrip(">"), "Lead", lead.name, None)


def test_another_record_of_the_same_client(client):
	"""Staff are shown those that exist before they add one (D-4)."""
	other = frappe.get_doc({"doctype": "Contact", "first_name": "Ann", "email_ids": [{"email_id": ANNA}]})
	assert ("Contact", client.contact) in client_data.duplicates(other)


def test_a_portal_user_who_says_so_alone(client, make_user, as_user):
	"""Which rows say that an address is a client's (P-3)."""
	customer = ("Customer", client.party)
	frappe.db.set_value("Dynamic Link", {"parent": client.contact}, confirmation.BY, None)
	visitor = make_user("Customer", user_type="Website User")
	frappe.db.set_value("Contact", client.contact, "owner", visitor)
	assert confirmation.is_claimed(customer, ANNA)


@pytest.mark.parametrize("written", SPELLINGS)
def test_it_is_the_clients_own(client, log, set_settings, written):
	set_settings(consent_mode="Enforce")
	update = log("Service Update", **client)
	assert queue(written, reference_doctype=update.doctype, reference_name=update.name)
	(entry,) = frappe.get_all("Client Disclosure", {"client_interaction": update.name}, ["recipient_kind"])
	assert entry.recipient_kind == "Client"
