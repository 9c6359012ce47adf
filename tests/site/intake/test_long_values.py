"""An email with a value that is longer than its field: taken in, logged, and cut only where it must be (D-1)."""

import frappe
import pytest
from frappe.email.receive import InboundMail

from client_comms import api
from client_comms.intake import inbound_mail, unprocessed

pytestmark = pytest.mark.clause("D-1", "F-1")

MONDAY = "2026-11-23 10:00"
FILE = (
	b"--b0\nContent-Type: text/plain\n\nIt leaks.\n--b0\nContent-Type: application/pdf\n"
	b'Content-Disposition: attachment; filename="%b"\n\nfile\n--b0--\n'
)
MIXED = {"Content_Type": "multipart/mixed; boundary=b0"}
# What is long -> the headers and the text of the email
LONG = {
	"the sender's address": {"From": f"Anna <{'a' * 150}@client-a.example>"},
	"the sender's address, beyond every field": {"From": f"Anna <{'a' * 300}@client-a.example>"},
	"the sender's address, without a name": {"From": f"{'a' * 150}@client-a.example"},
	"the sender's domain": {"From": f"Anna <anna@{'a' * 60}.{'b' * 60}.{'c' * 60}.example>"},
	"the sender's name": {"From": f'"{"Anna " * 40}" <anna@client-a.example>'},
	"the address to answer": {"Reply_To": f"{'a' * 150}@client-a.example"},
	"the name of the address to answer": {"Reply_To": f'"{"Anna " * 40}" <anna@client-a.example>'},
	"a recipient": {"To": f"{'__Link__' * 20}@aol.example, lead@nordlicht.example"},
	"a recipient's name": {"To": f'"{"Lead " * 40}" <lead@nordlicht.example>'},
	"a recipient that is none": {"To": f"undisclosed-recipients-{'x' * 150}"},
	"a copy": {"Cc": f"{'c' * 150}@aol.example"},
	"a blind copy": {"Bcc": f"{'c' * 150}@aol.example"},
	"the Message-ID": {"Message_ID": f"<{'1' * 70_000}@client-a.example>"},
	"the message answered": {"In_Reply_To": f"<{'1' * 70_000}@client-a.example>"},
	"the thread": {"References": " ".join(f"<{n}{'1' * 100}@client-a.example>" for n in range(300))},
	"the subject": {"Subject": "Roof " * 400},
	"the subject, in four bytes": {"Subject": f"=?utf-8?B?{'8J+YgPCfmIDwn5iA' * 60}?="},
	"a file's name": {**MIXED, "body": FILE % (b"f" * 200 + b".pdf")},
	"a file's name, beyond every disk": {**MIXED, "body": FILE % (b"f" * 300 + b".pdf")},
	"a file's name, in many bytes": {**MIXED, "body": FILE % ("ü".encode() * 130 + b".pdf")},
	"a file's ending": {**MIXED, "body": FILE % (b"f." + b"p" * 200)},
	"a file's type": {
		**MIXED,
		"body": (FILE % b"f.pdf").replace(b"application/pdf", b"application/" + b"x" * 300),
	},
	"the date": {"Date": "Mon, 23 Nov 2026 10:00:00 +0100 " + "(CET) " * 100},
}
# No Lead or Issue can have such an address, so there is none.
BARE = {what for what in LONG if what.startswith("the sender's") or what == "the address to answer"} - {
	"the sender's name"
}


@pytest.mark.parametrize(
	("to", "is_refused"), [("Lead", False), ("Issue", False), ("Communication", False), ("Lead", True)]
)
def test_an_email_with_a_long_value_is_logged(to, is_refused, accounts, raw_mail, clock_at, monkeypatch):
	accounts[to].db_set("create_contact", 1)
	if is_refused:
		monkeypatch.setattr(InboundMail, "process", _refuse)
	faults = {}
	with clock_at(MONDAY):
		for number, (what, values) in enumerate(LONG.items()):
			usual = {"From": f"Anna <anna@client-{number}.example>", "Subject": f"Roof {number}"}
			headers = {"Message_ID": f"<{number}@client.example>", **usual, **values}
			text = headers.pop("body", "It leaks.")
			try:
				message = _arrived(
					raw_mail(text, **headers), frappe.get_doc("Email Account", accounts[to].name)
				)
				interaction = frappe.get_doc("Client Interaction", message.client_interaction)
				assert interaction.summary == "It leaks.", "another summary"
				assert interaction.party_name, "no name"
				assert is_refused or what in BARE or (message.reference_doctype or "Communication") == to
			except Exception as error:
				faults[what] = f"{type(error).__name__}: {error}"[:200]
	assert not faults


def test_a_message_of_staff_to_a_long_address_is_logged(accounts, raw_mail, staff, set_settings, clock_at):
	set_settings(log_outbound=1)
	accounts["Communication"].db_set("create_contact", 0)
	address = f"{'a' * 150}@client-a.example"
	raw = raw_mail("We will come.", From=staff["Frontline Staff"], To=address, Cc="lead@nordlicht.example")
	with clock_at(MONDAY):
		account = frappe.get_doc("Email Account", accounts["Communication"].name)
		message = inbound_mail.ReceivedMail.quickly(raw, account).process().reload()
	party_name = frappe.db.get_value("Client Interaction", message.client_interaction, "party_name")
	assert party_name == address[:140]


def _arrived(raw, account):
	"""The message as it is stored at once, by the job that tries again, or by hand."""
	try:
		return inbound_mail.ReceivedMail.quickly(raw, account).process().reload()
	except Exception as error:
		unprocessed.keep(account.name, raw, None, str(error)[:140])
	waiting = {"status": unprocessed.WAITING}
	name = frappe.get_last_doc(unprocessed.UNPROCESSED, waiting).name
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": name}])
	assert "error" not in done, done
	return frappe.get_doc(
		"Communication", frappe.db.get_value(unprocessed.UNPROCESSED, name, "communication")
	)


def _refuse(self):
	raise ValueError("not stored")
