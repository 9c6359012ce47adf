"""Tokens and codes in emails to clients are readable for the client alone (P-1, P-3)."""

import re
from email import message_from_string
from types import SimpleNamespace

import frappe
import pytest

from client_comms import api
from client_comms.client_privacy import links, mailed_secrets
from client_comms.exceptions import LinkNotValidError, OutgoingRefusedError

pytestmark = pytest.mark.clause("P-1", "P-3")

ANNA = "anna@client.example"


@pytest.fixture
def client(make_client, mailbox):
	return make_client("Anna Client", ANNA)


def tokens(message) -> set[str]:
	"""Of the links in all texts of an email."""
	texts = [
		part.get_payload(decode=True).decode()
		for part in message_from_string(message).walk()
		if part.get_content_maintype() == "text"
	]
	return {token for text in texts for token in re.findall(r"client-link\?token=([\w-]+)", text)}


def test_what_the_queue_holds_opens_nothing(invitation):
	(stored,) = tokens(invitation.message)
	with pytest.raises(LinkNotValidError):
		links.find(stored)


def test_what_the_client_gets_does(invitation, mailbox):
	(sent,) = tokens(mailed_secrets.as_sent(invitation))
	assert links.find(sent).sent_to == ANNA
	texts = mailbox(invitation.reference_name)
	assert all(f"token={sent}" in texts[kind] for kind in ("text/html", "text/plain"))


def test_frappe_sends_it_so_and_keeps_the_other(invitation, monkeypatch):
	frappe.flags.mute_emails = False
	monkeypatch.setattr(
		"frappe.email.doctype.email_account.email_account.EmailAccount.get_smtp_server", lambda self: None
	)
	invitation.send(force_send=True)
	sent = frappe.flags.sent_mail
	sent = sent.decode() if isinstance(sent, bytes) else sent
	assert links.find(tokens(sent).pop())
	stored = frappe.db.get_value("Email Queue", invitation.name, ["message", "status"])
	assert stored == (invitation.message, "Sent")


def test_not_to_another_address(invitation):
	invitation.recipients[0].recipient = "eve@example.com"
	with pytest.raises(OutgoingRefusedError):
		mailed_secrets.as_sent(invitation)
	frappe.db.set_value("Email Queue Recipient", {"parent": invitation.name}, "recipient", "eve@example.com")
	queued = frappe.get_doc("Email Queue", invitation.name)
	queued.send(force_send=True)
	assert frappe.db.get_value("Email Queue", queued.name, "status") == "Error"


def test_a_code(client):
	api.send_identity_code(party_type=client.party_type, party=client.party)
	queued = frappe.get_last_doc("Email Queue", {"reference_doctype": "Identity Verification"})
	assert not re.search(r"\b\d{6}\b", queued.message.partition("\n\n")[2].replace("#", ""))
	assert re.search(r">\d{6}<", mailed_secrets.as_sent(queued))


def test_other_emails_stay_as_they_are():
	for text in ("Subject: x\n\nHallo", f"Subject: x\n\nsecret-qaaaaa{'x' * 150} of nobody", ""):
		queued = SimpleNamespace(message=text, recipients=[SimpleNamespace(recipient=ANNA)])
		assert mailed_secrets.as_sent(queued) == text
