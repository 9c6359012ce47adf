"""What a client wrote to a colleague, who forwards it to a mailbox of the site, is an inquiry of the client (D-1, F-1)."""

import frappe
import pytest

pytestmark = pytest.mark.clause("D-1", "F-1")

INTERACTION = "Client Interaction"
FORWARDED = """Please answer.

---------- Forwarded message ---------
From: Petra Neu <petra@neu.example>
Date: Mon, 23 Nov 2026 at 09:00
Subject: Delivery
To: <tom@nordlicht.example>

When do you deliver?"""


@pytest.fixture
def forward(deliver, make_user, raw_mail):
	"""`forward("Issue")`: Tom forwards a client's email to that mailbox; the interaction, or None."""
	tom = make_user("Frontline Staff", email="tom@nordlicht.example", first_name="Tom")

	def send(mailbox="Communication", body=FORWARDED, **headers):
		headers = {
			"From": f"Tom <{tom}>",
			"Subject": "Fwd: Delivery",
			"To": f"{mailbox.lower()}@nordlicht.example",
		} | headers
		name = deliver(raw_mail(body, **headers), mailbox).client_interaction
		return frappe.get_doc(INTERACTION, name) if name else None

	return send


@pytest.mark.parametrize("mailbox", ["Communication", "Issue", "Lead"])
def test_it_is_an_inquiry_of_the_client(forward, mailbox):
	doc = forward(mailbox)
	assert (doc.direction, doc.party_name, doc.party) == ("Inbound", "Petra Neu", None)
	assert (doc.acknowledge_status, doc.respond_status) == ("Running", "Running")
	assert doc.responsible_staff and "When do you deliver?" in doc.summary
	assert doc.reference_doctype == ("Issue" if mailbox == "Issue" else None)
	assert any(row.note == "Forwarded by Tom" for row in doc.events)
	assert not frappe.get_all(
		"Email Queue", {"reference_name": doc.name}
	)  # Tom does not get the confirmation


def test_a_client_whom_the_site_knows_is_found(forward, make_client):
	client = make_client("Neu GmbH", "petra@neu.example")
	doc = forward()
	assert (doc.party_type, doc.party, doc.contact) == ("Customer", client.party, client.contact)


@pytest.mark.parametrize(
	"headers",
	[
		{"Subject": "AW: Fwd: Delivery"},  # colleagues talk about it
		{"Cc": "Ben <ben@client-b.example>"},  # it goes to someone outside
		{"Auto_Submitted": "auto-generated"},
		{"Authentication_Results": "mx.nordlicht.example; dmarc=fail header.from=nordlicht.example"},
	],
)
def test_other_mail_of_colleagues_begins_no_inquiry(forward, headers):
	doc = forward(**headers)
	assert doc is None or doc.direction == "Outbound"


def test_what_is_known_already_is_not_an_inquiry_again(forward, deliver, raw_mail):
	petra = {"From": "Petra Neu <petra@neu.example>", "Subject": "Delivery", "Message_ID": "<9@neu.example>"}
	first = deliver(raw_mail("When do you deliver?", **petra), "Communication").client_interaction
	doc = forward(
		References="<9@neu.example>", In_Reply_To="<9@neu.example>", Message_ID="<10@nordlicht.example>"
	)
	assert doc.name == first and [row.event for row in doc.events] == ["Logged", "Received"]


def test_a_colleagues_own_mail_forwarded_is_not_of_a_client(forward):
	assert forward(body=FORWARDED.replace("petra@neu.example", "ines@nordlicht.example")) is None
