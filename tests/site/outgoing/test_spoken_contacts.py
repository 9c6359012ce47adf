"""What was told by telephone or in person passes the checks too: a reply that is done elsewhere, and what a third party was told
(C-2, P-1 to P-3)."""

import frappe
import pytest

from client_comms import api
from client_comms.exceptions import OutgoingRefusedError, ReasonNeededError

pytestmark = pytest.mark.clause("C-2", "P-1", "P-2", "P-3")


@pytest.fixture(autouse=True)
def house(mailbox, set_settings):
	set_settings(own_email_domains="own.example", identity_mode="Warn", responsible_party_mode="Off")


@pytest.fixture
def client(site):
	customer = site.get_doc({"doctype": "Customer", "customer_name": "Anna Client"}).insert()
	contact = site.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Anna",
			"email_ids": [{"email_id": "anna@client.example", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert()
	return {"party_type": "Customer", "party": customer.name, "contact": contact.name}


@pytest.fixture
def at_desk(monkeypatch):
	"""What follows is the request of a desk user."""
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	monkeypatch.setattr(frappe.local, "form_dict", frappe._dict())


@pytest.fixture
def asked(log, client):
	"""`asked()`: the client has asked by email, and is owed an answer."""

	def make(communication_type="Initial Inquiry", **fields):
		doc = log(communication_type, direction="Inbound", channel="Email", **{**client, **fields})
		doc.record("Received", at=doc.occurred_on)
		return doc

	return make


def prefer(client, channels=(), never=()):
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			**client,
			"channels": [{"channel": each} for each in channels],
			"channels_not_to_use": [{"channel": each} for each in never],
		}
	).insert()


def confirm(client):
	return frappe.get_doc(
		{"doctype": "Identity Verification", **client, "method": "Document Seen", "result": "Confirmed"}
	).insert()


def disclosed(doc, *fields):
	return frappe.get_all(
		"Client Disclosure", {"client_interaction": doc.name}, [*fields], as_list=True, order_by="name asc"
	)


def events(doc):
	return [(row.event, row.note) for row in frappe.get_doc(doc.doctype, doc.name).events]


# --- done elsewhere -----------------------------------------------------------------------------------


REPLIES = {
	"acknowledge": {},
	"promise": {"until": "2099-12-01 12:00:00"},
	"answer": {},
}


@pytest.mark.usefixtures("at_desk")
class TestDoneElsewhere:
	@pytest.mark.parametrize("reply", REPLIES)
	def test_on_an_excluded_channel_nothing_is_noted(self, asked, client, reply):
		prefer(client, never=["Phone"])
		inquiry = asked()
		before = events(inquiry)
		with pytest.raises(OutgoingRefusedError, match="does not want"):
			getattr(api, reply)(inquiry.name, note="Told her", through="Phone", **REPLIES[reply])
		assert events(inquiry) == before
		assert not disclosed(inquiry, "name")
		getattr(api, reply)(inquiry.name, note="Told her", through="Meeting", **REPLIES[reply])
		assert events(inquiry)[-1][1] == "Meeting: Told her"
		assert disclosed(inquiry, "channel", "recipient") == (("Meeting", client["contact"]),)

	@pytest.mark.parametrize("reply", REPLIES)
	def test_on_another_channel_than_preferred_with_a_reason_that_is_on_the_register(
		self, asked, client, reply
	):
		prefer(client, channels=["Email"])
		inquiry = asked()
		with pytest.raises(ReasonNeededError, match=r"prefers .*Email"):
			getattr(api, reply)(inquiry.name, through="Phone", **REPLIES[reply])
		getattr(api, reply)(
			inquiry.name, through="Phone", outgoing_reason="Her mailbox is full", **REPLIES[reply]
		)
		fields = ("channel", "preferred_channel", "reason")
		assert disclosed(inquiry, *fields) == (("Phone", "Email", "Her mailbox is full"),)

	@pytest.mark.parametrize("reply", ["promise", "answer"])
	def test_nothing_is_told_before_the_identity_is_confirmed(self, asked, client, set_settings, reply):
		set_settings(identity_mode="Enforce")
		complaint = asked("Feedback/Complaint")
		with pytest.raises(OutgoingRefusedError, match="not been confirmed"):
			getattr(api, reply)(complaint.name, through="Phone", **REPLIES[reply])
		verification = confirm(client)
		getattr(api, reply)(complaint.name, through="Phone", **REPLIES[reply])
		assert disclosed(complaint, "identity_verification") == ((verification.name,),)

	def test_that_a_message_arrived_can_be_said_to_anyone_who_asks(self, asked, set_settings):
		set_settings(identity_mode="Enforce")
		complaint = asked("Feedback/Complaint")
		api.acknowledge(complaint.name, through="Phone")
		assert len(disclosed(complaint, "name")) == 1

	def test_of_what_is_not_possible_now_no_reason_is_asked(self, asked, client):
		prefer(client, channels=["Email"])
		inquiry = asked()
		api.answer(inquiry.name)
		with pytest.raises(frappe.ValidationError, match="already been answered"):
			api.answer(inquiry.name, through="Phone")

	def test_a_note_that_names_no_channel_is_but_a_note(self, asked, client):
		prefer(client, channels=["Letter"])
		inquiry = asked()
		api.answer(inquiry.name, note="Done")
		assert events(inquiry)[-1] == ("Answered", "Done")
		assert not disclosed(inquiry, "name")
