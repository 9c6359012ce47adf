"""Tokens and codes that come back in emails, or are kept beside them, are readable for no one of us (P-1, P-3)."""

import re
from email import message_from_bytes, message_from_string
from email.message import EmailMessage
from types import SimpleNamespace
from unittest import mock
from urllib.parse import quote

import frappe
import pytest
from frappe.email.doctype.email_account.email_account import EmailAccount

from client_comms import api
from client_comms.client_privacy import links, mailed_secrets, returned_secrets
from client_comms.intake.inbound_mail import ReceivedMail

pytestmark = pytest.mark.clause("P-1", "P-3")

ANNA = "anna@client.example"
_TOKEN = re.compile(r"client-link\?token=([\w-]{43})")


@pytest.fixture
def client(make_client, mailbox):
	return make_client("Anna Client", ANNA)


@pytest.fixture
def code(client):
	"""The email with a code."""
	name = api.send_identity_code(party_type=client.party_type, party=client.party)["name"]
	return frappe.get_last_doc("Email Queue", {"reference_name": name})


def texts_of(message) -> list[str]:
	parsed = message_from_bytes(message) if isinstance(message, bytes) else message_from_string(message)
	parts = [part for part in parsed.walk() if part.get_content_maintype() == "text"]
	return [part.get_payload(decode=True).decode() for part in parts]


def sent_text(queued) -> str:
	return texts_of(mailed_secrets.as_sent(queued))[0]


def token_of(queued) -> str:
	(token,) = set(_TOKEN.findall(sent_text(queued)))
	assert links.find(token)
	return token


def received(*texts, sender=f"Anna Client <{ANNA}>", attached=None, html=None) -> ReceivedMail:
	mail = EmailMessage()
	mail["From"], mail["To"], mail["Subject"] = sender, "service@own.example", "Re: Your consents"
	mail["Message-ID"] = f"<{frappe.generate_hash()}@client.example>"
	mail.set_content("\n\n".join(texts))
	if html:
		mail.add_alternative(html, subtype="html")
	if attached:
		mail.add_attachment(attached, filename="returned.txt")
	account = frappe.get_doc("Email Account", "Test mailbox")
	return ReceivedMail.read(mail.as_bytes(), account)


def stored(mail: ReceivedMail) -> str:
	message = mail.process()
	files = frappe.get_all("File", {"attached_to_name": message.name}, pluck="name")
	contents = [frappe.get_doc("File", name).get_content() for name in files]
	return " ".join(map(str, (message.content, message.text_content, *contents)))


def quoted(text: str) -> str:
	return "".join(f"> {line}\n" for line in text.splitlines())


def test_the_link_that_a_reply_quotes(invitation):
	"""With it, who reads the reply could answer in the name of the client."""
	token = token_of(invitation)
	text = stored(received("What is this?", quoted(sent_text(invitation))))
	assert "client-link?token=…" in text and token not in text
	assert links.find(token).sent_to == ANNA


@pytest.mark.parametrize("times", [1, 2])
def test_a_link_in_which_it_is_a_part(invitation, times):
	"""Security software leads links in emails over its own server."""
	token = token_of(invitation)
	address = f"https://own.example/client-link?token={token}"
	for _each in range(times):
		address = f"https://protection.example/?url={quote(address, safe='')}&data=1"
	text = stored(received("See below", html=f'<p>See below</p><a href="{address}">Open</a>'))
	assert "protection.example" in text and token not in text


def test_a_link_that_a_mail_server_returns(invitation):
	token, text = token_of(invitation), sent_text(invitation)
	mail = received("Not delivered.", text, sender="MAILER-DAEMON@mx.example", attached=text)
	assert token not in stored(mail)


def test_anything_else_stays(invitation):
	token_of(invitation)
	other = "https://elsewhere.example/?token=" + "x" * 43
	text = stored(received(f"See {other} and 123456", attached="Größe 123456"))
	assert other in text and "123456" in text and "Größe" in text


def test_the_same_message_is_known_again(invitation):
	mail = received("What is this?", quoted(sent_text(invitation)))
	first = mail.process()
	again = ReceivedMail.read(mail.raw_message, mail.email_account)
	assert again.process().name == first.name


@pytest.mark.parametrize(
	("sender", "is_kept"), [(f"Anna Client <{ANNA}>", True), ("MAILER-DAEMON@mx.example", False)]
)
def test_a_code_is_for_the_client_to_tell(code, sender, is_kept):
	digits = re.search(r"\b\d{6}\b", sent_text(code))[0]
	text = stored(received("Not delivered, reason 999999x.", sent_text(code), sender=sender))
	assert (digits in text) == is_kept and "999999x" in text


def test_a_code_that_was_used_is_nothing_but_digits(code):
	digits = re.search(r"\b\d{6}\b", sent_text(code))[0]
	api.check_identity_code(code.reference_name, digits)
	assert digits in stored(received(f"Invoice {digits}", sender="ben@elsewhere.example"))


@pytest.fixture
def server(monkeypatch):
	"""A mail server that takes what is sent."""
	session = mock.Mock()
	session.has_extn.return_value = False
	monkeypatch.setattr(EmailAccount, "get_smtp_server", lambda self: SimpleNamespace(session=session))
	frappe.flags.mute_emails, frappe.flags.testing_email = False, True
	return session


@pytest.mark.parametrize("which", ["invitation", "code"])
def test_the_folder_of_sent_emails(which, server, monkeypatch, request):
	"""All who read the mailbox read that, too."""
	queued = request.getfixturevalue(which)
	kept = []
	monkeypatch.setattr(
		EmailAccount, "append_email_to_sent_folder", lambda self, message: kept.append(message)
	)
	frappe.db.set_value("Email Account", "Test mailbox", "append_emails_to_sent_folder", 1)
	frappe.clear_document_cache("Email Account", "Test mailbox")
	secret = re.compile(r"(?:token=([\w-]{43})|\b(\d{6})\b)")
	(found,) = {one or other for one, other in secret.findall(sent_text(queued))}
	queued.send(force_send=True)
	(left,) = server.sendmail.call_args_list
	assert any(found in text for text in texts_of(left.kwargs["msg"]))
	(message,) = kept
	assert texts_of(message) and not any(found in text for text in texts_of(message))
	assert message_from_bytes(message if isinstance(message, bytes) else message.encode())["To"] == ANNA


def test_an_email_without_secrets_is_kept_as_it_is():
	for message in ("Subject: x\n\nHallo 123456", b"Subject: x\n\nGr\xfc\xdfe \xff", ""):
		assert returned_secrets.as_kept(message) == message


def test_what_is_logged_of_an_email_that_could_not_be_sent(invitation, server):
	"""The Error Log shows the variables at each step."""
	token = token_of(invitation)
	server.sendmail.side_effect = RuntimeError("no connection")
	with pytest.raises(RuntimeError, match="no connection") as failure:
		invitation.send(force_send=True)
	logged = _logged(failure.value)
	assert "no connection" in logged and token[:20] not in logged
	assert "no connection" in frappe.db.get_value("Email Queue", invitation.name, "error")


def _logged(error: BaseException) -> str:
	try:
		raise error
	except RuntimeError:
		return frappe.get_traceback(with_context=True)
