"""One mailbox has several spellings: a mail server ignores the case of a domain, and the dot with which it can end (P-2, P-3). Who is written to is found by any."""

import frappe
import pytest
from frappe.core.doctype.communication.email import make
from frappe.email.doctype.email_queue.email_queue import QueueBuilder

from client_comms import api
from client_comms.clients import holders, parties
from client_comms.enforcement import compose

pytestmark = pytest.mark.clause("P-2", "P-3", "D-5")

ANNA = "anna@client.example"
SPELLINGS = [ANNA, "Anna@Client.Example", "anna@client.example.", "Anna <anna@client.example.>"]


@pytest.fixture
def client(make_client, mailbox, set_settings):
	compose.stand_around()
	set_settings(own_email_domains="own.example", identity_mode="Off", consent_mode="Off")
	return make_client("Anna of Nordlicht", ANNA)


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


@pytest.mark.parametrize("written", SPELLINGS)
def test_who_has_unsubscribed_gets_nothing(client, written):
	left = {"doctype": "Email Unsubscribe", "email": ANNA, "global_unsubscribe": 1}
	frappe.get_doc(left).insert(ignore_permissions=True)
	assert queue(written, "eve@reader.example", **of_group()) == ["eve@reader.example"]


@pytest.mark.parametrize("written", ["{}", "{}.", "Otto <{}.>"])
def test_a_colleague_without_clearance_is_left_out(client, log, make_user, written):
	colleague = make_user("Frontline Staff")
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


@pytest.mark.parametrize("written", SPELLINGS)
def test_it_is_the_clients_own(client, log, set_settings, written):
	set_settings(consent_mode="Enforce")
	update = log("Service Update", **client)
	assert queue(written, reference_doctype=update.doctype, reference_name=update.name)
	(entry,) = frappe.get_all("Client Disclosure", {"client_interaction": update.name}, ["recipient_kind"])
	assert entry.recipient_kind == "Client"
