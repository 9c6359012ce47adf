"""An email that Frappe does not send, because its recipient has unsubscribed, does not count as sent (C-3, C-4, P-1)."""

import email

import frappe
import pytest
from frappe.core.doctype.communication.email import make

from client_comms import api
from client_comms.exceptions import ActionNotPossibleError, OutgoingRefusedError

pytestmark = pytest.mark.clause("C-3", "C-4", "P-1")

ANNA, BEN = "anna@client.example", "ben@client.example"
MONDAY = "2026-11-23 10:00"


@pytest.fixture
def asked(make_client, mailbox, inquiry, make_user):
	"""An inquiry that waits for an answer."""
	client = make_client("Anna of Nordlicht", ANNA)
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("email_ids", {"email_id": BEN})
	contact.save()
	doc = inquiry(**client, responsible_staff=make_user("Frontline Staff"))
	assert doc.respond_status == "Running"
	return doc


def unsubscribe(address, doc=None):
	about = (
		{"reference_doctype": doc.doctype, "reference_name": doc.name} if doc else {"global_unsubscribe": 1}
	)
	frappe.get_doc({"doctype": "Email Unsubscribe", "email": address, **about}).insert(
		ignore_permissions=True
	)


def reply(doc, *addresses, **fields):
	return make(
		doctype=doc.doctype,
		name=doc.name,
		subject="Your inquiry",
		content="Dear Anna, here is your offer. Kind regards",
		recipients=", ".join(addresses or [ANNA]),
		send_email=1,
		**fields,
	)["name"]


def answered(doc) -> str:
	return frappe.db.get_value(doc.doctype, doc.name, "respond_status")


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("others", [[], [BEN]])
def test_a_reply_that_would_not_be_sent_does_not_answer(everything, others, asked, clock_at):
	unsubscribe(ANNA, None if everything else asked)
	frappe.db.commit()
	with clock_at(MONDAY), pytest.raises(OutgoingRefusedError, match=f"{ANNA}.* has unsubscribed"):
		reply(asked, ANNA, *others)
	frappe.db.rollback()
	assert answered(asked) == "Running" and not frappe.db.exists(
		"Communication", {"reference_name": asked.name}
	)


def test_one_who_unsubscribed_is_left_out_of_the_recipients(asked, clock_at):
	unsubscribe(ANNA)
	with clock_at(MONDAY):
		reply(asked, BEN)
	assert answered(asked) == "Met"


def test_of_another_conversation(asked, log, clock_at):
	unsubscribe(ANNA, log())
	with clock_at(MONDAY):
		message = reply(asked)
	assert frappe.db.exists("Email Queue", {"communication": message})
	assert answered(asked) == "Met"


def test_no_email_to_a_client_offers_to_leave_the_conversation(asked, clock_at):
	"""Security software opens each link in an email, and the client would not have left."""
	with clock_at(MONDAY):
		message = reply(asked)
	queued = frappe.get_doc("Email Queue", {"communication": message})
	texts = [
		part.get_payload(decode=True).decode()
		for part in email.message_from_string(queued.message).walk()
		if part.get_content_maintype() == "text"
	]
	assert texts and not any("Leave this conversation" in text for text in texts)


def test_an_email_about_something_else_is_as_ever(mailbox, make_user):
	"""Frappe sends it to no one, and says nothing."""
	task = frappe.get_doc({"doctype": "Task", "subject": "Move the desks"}).insert()
	colleague = make_user("Projects User")
	unsubscribe(colleague)
	assert frappe.db.exists("Communication", reply(task, colleague))


ASKED = pytest.mark.parametrize(
	"ask",
	[
		lambda client: api.invite_client(**client),
		lambda client: api.send_identity_code(**client),
		lambda client: api.request_consent(**client, purpose="Marketing"),
	],
	ids=["link", "code", "consent"],
)


@ASKED
def test_the_next_address_on_file_is_asked_if_the_first_has_unsubscribed(ask, asked):
	unsubscribe(ANNA)
	ask({"party_type": asked.party_type, "party": asked.party})
	assert frappe.get_last_doc("Email Queue").recipients[0].recipient == BEN


@ASKED
def test_no_link_is_made_for_who_does_not_get_it(ask, make_client, mailbox):
	client = make_client("Anna Client", ANNA)
	party = {"party_type": client.party_type, "party": client.party}
	unsubscribe(ANNA)
	with pytest.raises(ActionNotPossibleError, match="has unsubscribed"):
		ask(party)
	assert not frappe.db.exists("Client Access Link", {"party": client.party})
