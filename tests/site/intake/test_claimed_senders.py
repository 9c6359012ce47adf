"""Who writes an email chooses all of it: names that look like addresses, where answers go, and that a machine wrote it."""

from email.header import Header

import frappe
import pytest
from frappe.email.receive import InboundMail

from client_comms.client_interactions import conversation

DOMAIN = "nordlicht.example"
ANNA, EVE = "anna@client-a.example", "eve@elsewhere.example"
REPLY = {"Subject": "Re: Solar roof", "In_Reply_To": "<1@client-a.example>"}
LATER = "Mon, 23 Nov 2026 12:00:00 +0100"

pytestmark = pytest.mark.clause("C-3", "C-4")


@pytest.fixture
def receive(fetch, accounts, raw_mail):
	"""`receive(From=…)` fetches a message into the mailbox of Issues."""
	return lambda **headers: fetch(accounts["Issue"], raw_mail(**headers))


@pytest.fixture
def events():
	def events(message):
		doc = frappe.get_doc("Client Interaction", message.client_interaction)
		return [row.event for row in doc.events]

	return events


@pytest.fixture
def inquiry(receive):
	"""What Anna has written at ten."""
	return receive()


@pytest.mark.parametrize("name", [f'"{ANNA}"', f'"Anna <{ANNA}>"', "=?utf-8?q?anna=40client-a=2Eexample?="])
def test_a_name_that_looks_like_an_address_is_a_name(receive, inquiry, events, name):
	message = receive(From=f"{name} <{EVE}>", Message_ID="<2@elsewhere.example>", Date=LATER, **REPLY)
	assert message.sender == EVE
	assert message.client_interaction != inquiry.client_interaction
	assert events(inquiry) == ["Logged", "Received"]


@pytest.mark.parametrize(
	("sender", "wrote"),
	[(f'"{ANNA}" <{EVE}>', EVE), (f'"Anna <{ANNA}>" <{EVE}>', EVE), (f"{ANNA}, {EVE}", "")],
)
def test_what_another_app_receives_with_the_class_of_frappe_is_by_its_header(
	sender, wrote, accounts, raw_mail
):
	raw = raw_mail(From=sender, Message_ID="<2@elsewhere.example>")
	stored = InboundMail(raw, accounts["Communication"]).process()
	assert (frappe.db.get_value("Communication", stored.name, "sender") or "") == wrote


@pytest.mark.parametrize(
	("sender", "wrote"), [('"{staff}" <{eve}>', EVE), ("{staff}, {eve}", ""), ("{eve}, {staff}", "")]
)
def test_who_names_one_of_us_beside_themselves_does_not_answer_for_us(
	receive, inquiry, events, staff, sender, wrote
):
	written = sender.format(staff=staff["Customer Support"], eve=EVE)
	message = receive(From=written, Cc=ANNA, Message_ID="<2@elsewhere.example>", Date=LATER, **REPLY)
	assert (message.sender or "") == wrote
	assert events(inquiry) == ["Logged", "Received"]


def test_a_writer_is_not_shown_by_the_name_of_another(receive, staff):
	written = f"Jana Sommer <{staff['Customer Support']}>, {EVE}"
	message = receive(From=written, Message_ID="<2@elsewhere.example>", Date=LATER)
	assert not message.sender and "Jana" not in message.sender_full_name


@pytest.fixture
def client(make_client):
	return make_client("Anna Client", ANNA)


SEVERAL = {
	"From": {"From": f"Anna <{ANNA}>, {EVE}"},
	"Sender": {"From": f"{EVE}, {ANNA}", "Sender": ANNA},
	"Reply-To": {"From": f"{ANNA}, {EVE}", "Reply_To": ANNA},
	"a name": {"From": f"{ANNA} <{EVE}>"},
	"one of us": {"From": f"nora@{DOMAIN}, {ANNA}"},
	"two headers": {"From": f"{ANNA}\nFrom: {EVE}"},
	"two headers, turned": {"From": f"{EVE}\nFrom: {ANNA}"},
}


@pytest.mark.parametrize("mailbox", ["Issue", "Lead", "Communication"])
@pytest.mark.parametrize("headers", SEVERAL.values(), ids=SEVERAL)
def test_of_several_writers_none_is_believed(
	fetch, accounts, raw_mail, client, events, set_settings, headers, mailbox
):
	"""It is an inquiry with its deadlines, of no client, to whom nothing is confirmed."""
	set_settings(send_acknowledgement=1)
	accounts[mailbox].db_set({"enable_auto_reply": 1, "auto_reply_message": "Thank you"})
	known = fetch(accounts[mailbox], raw_mail())
	before = events(known)
	frappe.db.delete("Email Queue Recipient")
	for number, more in enumerate(({}, REPLY, {"Subject": f"Re: {known.reference_name}"})):
		header = {**headers, **more, "Message_ID": f"<{number}@elsewhere.example>", "Date": LATER}
		message = fetch(accounts[mailbox], raw_mail(**header))
		assert not message.sender and ANNA in message.sender_full_name
		assert message.client_interaction not in (None, known.client_interaction)
		doc = frappe.get_doc("Client Interaction", message.client_interaction)
		assert (doc.party_type, doc.contact, doc.direction) in [
			(None, None, "Inbound"),
			("Lead", None, "Inbound"),
		]
		# A Lead is made of this email alone, without an address.
		assert not (doc.party and frappe.db.get_value("Lead", doc.party, "email_id"))
		assert doc.respond_by and ANNA in doc.party_name
		assert ANNA in frappe.as_json(conversation.page(doc)["entries"])
		assert [row.event for row in doc.events].count("Sender in Doubt") == 1
		if mailbox == "Issue" and not more:
			about = frappe.get_doc("Issue", message.reference_name)
			assert (about.raised_by, about.customer, about.contact) == ("Administrator", None, None)
	assert events(known) == before
	assert not frappe.db.exists("Email Queue Recipient", {"recipient": ("like", f"%{ANNA}%")})


def test_who_asks_for_answers_to_a_client_does_not_write_for_them(receive, inquiry, events):
	"""The mail server sees only that the From header is true."""
	for number, sender in enumerate((EVE, f"{ANNA}, {EVE}")):
		message = receive(
			From=sender, Reply_To=ANNA, Message_ID=f"<{number}@elsewhere.example>", Date=LATER, **REPLY
		)
		assert message.client_interaction != inquiry.client_interaction
	assert events(inquiry) == ["Logged", "Received"]


def test_a_form_of_ours_writes_for_a_client(receive, inquiry):
	message = receive(From=f"form@{DOMAIN}", Reply_To=ANNA, Message_ID="<2@own.example>", Date=LATER, **REPLY)
	assert (message.sender, message.client_interaction) == (ANNA, inquiry.client_interaction)


def test_who_always_asks_for_answers_elsewhere_continues_their_conversation(receive):
	always = {"From": EVE, "Reply_To": "eve@work.example"}
	first = receive(**always)
	second = receive(**always, Message_ID="<2@elsewhere.example>", Date=LATER, **REPLY)
	assert second.client_interaction == first.client_interaction


@pytest.mark.parametrize(
	"mark", [{"Auto_Submitted": "auto-replied"}, {"X_Failed_Recipients": ANNA}, {"Precedence": "bulk"}]
)
def test_who_calls_themselves_a_machine_takes_no_part(receive, inquiry, events, mark):
	machine = receive(From=EVE, Message_ID="<2@elsewhere.example>", Date=LATER, **REPLY, **mark)
	assert events(inquiry)[:2] == ["Logged", "Received"] and len(events(inquiry)) == 2 + bool(
		machine.client_interaction
	)
	person = receive(From=EVE, Message_ID="<3@elsewhere.example>", Date=LATER, **REPLY)
	assert person.client_interaction not in (None, inquiry.client_interaction)


NAMES = ("Anna Weiß", "Zoë Łuk", "Мария Иванова", "王小明", "राम कुमार", "Jean-Luc Picard", "Müller, Anna")


@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_keeps_its_letters(deliver, raw_mail, name, encoded):
	written = Header(name, "utf-8").encode() if encoded else f'"{name}"'
	message = deliver(raw_mail(From=f"{written} <new@client-n.example>"), "Communication")
	assert message.sender_full_name == name
	assert frappe.db.get_value("Client Interaction", message.client_interaction, "party_name") == name


@pytest.mark.parametrize("encoded", [True, False])
def test_a_name_does_not_pass_for_the_address_of_another(deliver, raw_mail, encoded):
	name = "anna@client.example"
	written = Header(name, "utf-8").encode() if encoded else f'"{name}"'
	message = deliver(raw_mail(From=f"{written} <eve@elsewhere.example>"), "Communication")
	assert "@" not in frappe.db.get_value(
		"Client Interaction", message.client_interaction, "party_name"
	).replace("eve@elsewhere.example", "")
