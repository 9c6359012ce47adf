"""Emails as they really arrive, through Frappe's own mail classes (D-1, F-1, C-3, C-4, M-1)."""

import contextlib
import email.utils
from email.header import Header
from unittest import mock
from zoneinfo import ZoneInfo

import frappe
import pytest
from frappe.core.doctype.communication import communication
from frappe.core.doctype.communication.email import make as send_from_desk
from frappe.email.doctype.email_account import email_account
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.doctype.email_queue import email_queue
from frappe.email.receive import InboundMail
from frappe.model.document import Document
from frappe.utils import get_datetime

from client_comms import api, compat
from client_comms.client_interactions import work_notices
from client_comms.exceptions import ActionNotPossibleError, OutgoingRefusedError
from client_comms.intake import acknowledgement, arrivals
from client_comms.rules import raw_mail

pytestmark = pytest.mark.clause("D-1", "F-1", "C-3", "C-4", "M-1")

INTERACTION = "Client Interaction"
MONDAY = "2026-11-23 10:00"
ANNA = "Anna Client <anna@client-a.example>"
DOMAIN = "nordlicht.example"


def reply_by_itself(account):
	account.reload()
	account.update({"enable_auto_reply": 1, "auto_reply_message": "Thank you."})
	account.save()


def letter(
	subject="Solar roof",
	body="Please send an offer.",
	*,
	at=MONDAY,
	sender=ANNA,
	to=f"lead@{DOMAIN}",
	number="1",
	content_type="text/plain; charset=utf-8",
	**headers,
):
	"""A raw message; `at` is its date in Berlin, or a whole Date header, or None; `In_Reply_To="1"` a header."""
	if at and at[0].isdigit():
		at = email.utils.format_datetime(get_datetime(at).replace(tzinfo=ZoneInfo("Europe/Berlin")))
	lines = [
		f"From: {sender}",
		f"To: {to}",
		f"Subject: {subject}",
		f"Message-ID: <{number}@client-a.example>",
		"MIME-Version: 1.0",
		f"Content-Type: {content_type}",
		*([f"Date: {at}"] if at else []),
		*(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
	]
	body = body if isinstance(body, bytes) else body.encode()
	return "\n".join(lines).encode() + b"\n\n" + body + b"\n"


def mail_id(number):
	return f"<{number}@client-a.example>"


def date_of(raw):
	date = email.message_from_bytes(raw)["Date"]
	return date and email.utils.parsedate_to_datetime(date).astimezone(ZoneInfo("Europe/Berlin")).replace(
		tzinfo=None
	)


def interaction_of(communication):
	assert communication.client_interaction, "the message was not logged"
	doc = frappe.get_doc(INTERACTION, communication.client_interaction)
	assert communication.confidentiality_level == doc.confidentiality_level
	return doc


def events(doc):
	return [row.event for row in doc.events]


def proves(doc, communication):
	return any(row.reference_name == communication.name for row in doc.evidence)


# --- a new message ------------------------------------------------------------------------------


def test_mail_to_sales_becomes_an_inquiry_of_its_lead(deliver, staff):
	message = deliver(letter())
	doc = interaction_of(message)
	assert (doc.communication_type, doc.confidentiality_level) == ("Initial Inquiry", "Standard")
	assert (doc.direction, doc.channel, doc.subject) == ("Inbound", "Email", "Solar roof")
	assert doc.summary == "Please send an offer."
	assert (doc.party_type, doc.reference_doctype) == ("Lead", "Lead")
	assert doc.party == doc.reference_name == message.reference_name
	assert doc.responsible_staff == staff["Frontline Staff"]
	assert events(doc) == ["Logged", "Received"]
	assert (doc.events[1].source_doctype, doc.events[1].source_name) == ("Communication", message.name)
	assert proves(doc, message) and doc.evidence[0].documentation_method == "Email Copy"
	assert doc.status == "Open" and doc.clock_state == "Running"
	assert frappe.db.count(INTERACTION, {"reference_name": message.reference_name}) == 1


def test_links_of_a_received_message_are_looked_up_once(accounts):
	with mock.patch.object(
		Document, "_validate_links", autospec=True, side_effect=Document._validate_links
	) as looked_up:

		def times():
			return [each.args[0].doctype for each in looked_up.call_args_list].count("Communication")

		message = InboundMail(letter(at=None), accounts["Lead"]).process()
		assert times() == 1  # not again when Frappe saves it at once
		message.save()
		assert times() == 2


@pytest.fixture
def anna():
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Anna"})
	contact.add_email("anna@client-a.example", is_primary=True)
	return contact


def linked(message):
	message = frappe.get_doc("Communication", message.name)
	return {(row.link_doctype, row.link_name) for row in message.timeline_links}


def test_contacts_of_a_received_message_are_looked_up_once(accounts, anna):
	anna.insert()
	with mock.patch.object(communication, "get_contacts", wraps=communication.get_contacts) as looked_up:
		message = InboundMail(letter(at=None), accounts["Communication"]).process()
		assert looked_up.call_count == 1
		assert {(INTERACTION, message.client_interaction), ("Contact", anna.name)} <= linked(message)
		message.save()
		assert looked_up.call_count == 2


@pytest.mark.parametrize("late", ["contact", "link"])
def test_what_a_contact_gets_while_a_message_is_logged_is_linked(accounts, anna, late, monkeypatch):
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Anna"}).insert()

	def follow(*args):
		anna.append("links", {"link_doctype": "Customer", "link_name": customer.name})
		anna.save()

	if late == "link":
		anna.insert()
	monkeypatch.setattr(acknowledgement, "send", follow)
	message = InboundMail(letter(at=None), accounts["Communication"]).process()
	assert {("Contact", anna.name), ("Customer", customer.name)} <= linked(message)


def test_mail_to_support_is_logged_once_for_issue_and_message(deliver):
	before = frappe.db.count(INTERACTION)
	message = deliver(letter(), "Issue")
	doc = interaction_of(message)
	assert frappe.db.count(INTERACTION) == before + 1
	assert (doc.reference_doctype, doc.reference_name) == ("Issue", message.reference_name)
	assert events(doc) == ["Logged", "Received"] and proves(doc, message)


def test_a_complaint_is_sensitive_and_customer_supports(deliver, staff):
	doc = interaction_of(deliver(letter("Complaint about the noise"), "Issue"))
	assert (doc.communication_type, doc.confidentiality_level) == ("Feedback/Complaint", "Sensitive")
	assert doc.responsible_staff in (staff["Customer Support"], staff["Customer Support Manager"])


@pytest.mark.parametrize(
	("date", "acknowledge_by", "respond_by"),
	[("Mon, 23 Nov 2026 10:00:00 +0100", "2026-11-24 17:00:00", "2026-11-25 17:00:00")],
)
def test_acceptance_deadlines(deliver, date, acknowledge_by, respond_by):
	doc = interaction_of(deliver(letter(at=date)))
	assert (str(doc.acknowledge_by), str(doc.respond_by)) == (acknowledge_by, respond_by)
	assert doc.next_deadline == doc.acknowledge_by


@pytest.mark.parametrize(
	("date", "acknowledge_by", "respond_by"),
	[
		("Fri, 27 Nov 2026 18:30:00 +0100", "2026-12-01 17:00:00", "2026-12-02 17:00:00"),
		("Wed, 23 Dec 2026 16:59:00 +0100", "2026-12-28 17:00:00", "2026-12-29 17:00:00"),
		("Sat, 28 Mar 2026 12:00:00 +0100", "2026-03-31 17:00:00", "2026-04-01 17:00:00"),
		# the same moments, written elsewhere
		("Fri, 27 Nov 2026 12:30:00 -0500", "2026-12-01 17:00:00", "2026-12-02 17:00:00"),
		("Sat, 28 Mar 2026 11:00:00 GMT", "2026-03-31 17:00:00", "2026-04-01 17:00:00"),
	],
)
def test_deadlines_with_lunch_break_holidays_and_daylight_saving(
	deliver, set_calendar, date, acknowledge_by, respond_by
):
	set_calendar(["09:00-12:00", "13:00-17:00"], holidays=["2026-12-24", "2026-12-25"])
	doc = interaction_of(deliver(letter(at=date)))
	assert (str(doc.acknowledge_by), str(doc.respond_by)) == (acknowledge_by, respond_by)


def test_a_message_without_a_date_counts_from_its_arrival(deliver):
	doc = interaction_of(deliver(letter(at=None), at="2026-11-24 11:00"))
	assert str(doc.occurred_on) == "2026-11-24 11:00:00"
	assert str(doc.acknowledge_by) == "2026-11-25 17:00:00"


def test_a_message_dated_in_the_future_counts_from_its_arrival(deliver):
	doc = interaction_of(deliver(letter(at="2031-01-01 10:00"), at=MONDAY))
	assert str(doc.occurred_on) == "2026-11-23 10:00:00"


# --- who wrote ----------------------------------------------------------------------------------


def test_an_unknown_sender_is_logged_by_the_name_given(deliver):
	doc = interaction_of(deliver(letter(), "Communication"))
	assert (doc.party_type, doc.party, doc.party_name) == (None, None, "Anna Client")
	assert doc.reference_doctype is None and doc.status == "Open"


@pytest.mark.parametrize("mailbox", ["Lead", "Issue", "Communication"])
def test_a_contact_of_a_customer_writes_for_the_customer(deliver, mailbox, make_client):
	client = make_client("Client A", "anna@client-a.example")
	doc = interaction_of(deliver(letter(), mailbox))
	assert {field: doc.get(field) for field in client} == client


def test_an_existing_lead_starts_a_second_conversation_with_a_new_subject(deliver):
	first = deliver(letter())
	second = deliver(letter("Warranty of the inverter", number="2", at="2026-11-24 10:00"))
	assert second.reference_name == first.reference_name
	one, two = interaction_of(first), interaction_of(second)
	assert one.name != two.name
	assert one.party == two.party == first.reference_name


def test_staff_who_write_to_a_mailbox_start_no_inquiry(deliver):
	"""An employee, with a login or without; whose address no one has is a form's."""
	employee = {
		"name": "Fiona",
		"first_name": "Fiona",
		"status": "Active",
		"company_email": f"fiona@{DOMAIN}",
	}
	frappe.get_doc({"doctype": "Employee", **employee}).db_insert()
	message = deliver(letter(sender=f"Fiona <fiona@{DOMAIN}>"), "Communication")
	assert not message.client_interaction


def test_a_copy_of_what_staff_wrote_to_the_client_answers(deliver):
	first = deliver(letter())
	copy = deliver(
		letter(
			"Re: Solar roof",
			"Here it is.",
			sender=f"Fiona <fiona@{DOMAIN}>",
			to=f"anna@client-a.example, lead@{DOMAIN}",
			number="2",
			at="2026-11-23 15:00",
			In_Reply_To=mail_id("1"),
		)
	)
	doc = interaction_of(copy)
	assert doc.name == first.client_interaction
	assert (doc.status, doc.respond_status) == ("Answered", "Met")
	assert str(doc.responded_on) == "2026-11-23 15:00:00"


def test_a_note_among_staff_in_a_thread_answers_nothing(deliver):
	first = deliver(letter())
	deliver(
		letter(
			"Re: Solar roof",
			"Who takes this?",
			sender=f"Fiona <fiona@{DOMAIN}>",
			number="2",
			at="2026-11-23 15:00",
			In_Reply_To=mail_id("1"),
		)
	)
	assert frappe.db.get_value(INTERACTION, first.client_interaction, "status") == "Open"


# --- threads ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mailbox", ["Lead", "Issue", "Communication"])
@pytest.mark.parametrize(
	"headers",
	[
		{"In_Reply_To": mail_id("1")},
		{"References": f"<unknown@client-a.example> {mail_id('1')}"},
		{"In_Reply_To": "<lost@client-a.example>", "References": f"{mail_id('1')}\n <lost@client-a.example>"},
	],
	ids=["in-reply-to", "references", "references of a lost message"],
)
def test_a_reply_continues_its_conversation(deliver, mailbox, headers):
	first = deliver(letter(), mailbox)
	second = deliver(letter("Any news?", number="2", at="2026-11-23 14:00", **headers), mailbox)
	doc = interaction_of(second)
	assert doc.name == first.client_interaction
	assert events(doc) == ["Logged", "Received", "Received"]
	assert proves(doc, first) and proves(doc, second)
	assert str(doc.acknowledge_by) == "2026-11-24 17:00:00", "a second message does not restart the clocks"


@pytest.mark.parametrize("mailbox", ["Lead", "Issue"])
def test_a_reply_without_thread_headers_is_known_by_its_subject(deliver, mailbox):
	first = deliver(letter(), mailbox)
	second = deliver(letter("AW: Solar roof", number="2", at="2026-11-23 14:00"), mailbox)
	assert interaction_of(second).name == first.client_interaction


def test_a_client_who_writes_after_the_answer_starts_new_clocks(deliver, clock_at):
	first = deliver(letter())
	with clock_at("2026-11-23 12:00"):
		api.answer(first.client_interaction)
	second = deliver(letter("Re: Solar roof", number="2", at="2026-11-24 10:00", In_Reply_To=mail_id("1")))
	doc = interaction_of(second)
	assert (doc.status, doc.respond_status) == ("Acknowledged", "Running")
	assert str(doc.respond_by) == "2026-11-26 17:00:00"


def test_a_message_fetched_after_an_answer_is_not_answered_by_it(deliver, clock_at):
	"""Mail is fetched every few minutes: staff cannot have answered what they had not seen."""
	first = deliver(letter())
	with clock_at("2026-11-23 12:05"):
		api.answer(first.client_interaction)
	second = letter("Re: Solar roof", number="2", at="2026-11-23 12:00", In_Reply_To=mail_id("1"))
	doc = interaction_of(deliver(second, at="2026-11-23 12:10"))
	assert doc.respond_status == "Running" and doc.status != "Answered"
	assert str(doc.respond_by) == "2026-11-25 17:00:00"


@pytest.fixture
def closed(deliver, clock_at, set_settings):
	"""An inquiry of Monday that was answered and closed on Tuesday at noon."""
	set_settings(reopen_within_days=14)
	first = deliver(letter(), "Communication")
	with clock_at("2026-11-24 12:00"):
		api.answer(first.client_interaction)
		assert api.close(first.client_interaction)["status"] == "Closed"
	return first.client_interaction


@pytest.mark.parametrize(
	("at", "reopens"),
	[("2026-12-08 12:00", True), ("2026-12-08 12:01", False)],
	ids=["on the last day", "a minute later"],
)
def test_a_client_who_writes_after_closing(deliver, closed, at, reopens):
	doc = interaction_of(
		deliver(letter("Re: Solar roof", number="2", at=at, In_Reply_To=mail_id("1")), "Communication")
	)
	assert (doc.name == closed) is reopens
	assert doc.status != "Closed" and doc.respond_status == "Running"
	assert ("Reopened" in events(doc)) is reopens
	assert frappe.db.get_value(INTERACTION, closed, "status") == ("Closed" if not reopens else doc.status)


def test_a_message_written_before_closing_and_fetched_after_it_reopens(deliver, closed):
	raw = letter("Re: Solar roof", number="2", at="2026-11-24 11:59", In_Reply_To=mail_id("1"))
	doc = interaction_of(deliver(raw, "Communication", at="2026-11-24 12:10"))
	assert doc.name == closed and doc.status != "Closed"
	assert str(doc.respond_by) == "2026-11-26 17:00:00"


def test_a_message_fetched_long_after_its_deadlines_is_breached_at_once(deliver, accounts):
	accounts["Lead"].db_set("client_comms_first_fetched_on", "2026-11-16 09:00:00")
	raw = letter(at="2026-11-16 10:00", Received=stamp("2026-11-16 10:00"))
	doc = interaction_of(deliver(raw, at=MONDAY))
	assert (doc.acknowledge_status, doc.respond_status, doc.breached) == ("Breached", "Breached", 1)


# --- the same message twice ---------------------------------------------------------------------


def test_a_message_fetched_twice_is_logged_once(deliver):
	first, second = deliver(letter()), deliver(letter(), at="2026-11-23 10:05")
	assert first.name == second.name
	assert events(interaction_of(second)) == ["Logged", "Received"]


def test_a_message_to_two_mailboxes_is_one_interaction(deliver):
	raw = letter(to=f"lead@{DOMAIN}, issue@{DOMAIN}")
	first, second = deliver(raw, "Lead"), deliver(raw, "Issue", at="2026-11-23 10:05")
	# Version 15 keeps it once for each mailbox, version 16 once.
	doc = interaction_of(second)
	assert doc.name == first.client_interaction
	assert events(doc) == ["Logged", "Received"]


# --- what people's programs make of text --------------------------------------------------------


@pytest.mark.parametrize(
	("raw", "subject", "summary"),
	[
		pytest.param(
			letter(
				Header("Anfrage für Häuser", "iso-8859-1").encode(),
				"Bitte um Rückruf".encode("iso-8859-1"),
				content_type="text/plain; charset=ISO-8859-1",
			),
			"Anfrage für Häuser",
			"Bitte um Rückruf",
			id="ISO-8859-1",
		),
		pytest.param(
			letter(
				Header("見積もり", "shift_jis").encode(),
				"お見積もりをお願いします".encode("shift_jis"),
				content_type="text/plain; charset=Shift_JIS",
			),
			"見積もり",
			"お見積もりをお願いします",
			id="Shift-JIS",
		),
		pytest.param(letter(body="Grüße", content_type="text/plain"), "Solar roof", None, id="no charset"),
		pytest.param(
			letter(body="Hello", content_type="text/plain; charset=x-nobody-knows"),
			"Solar roof",
			"Hello",
			id="unknown charset",
		),
		pytest.param(
			letter(body="SGVsbG8gd29ybGQ!!!===", Content_Transfer_Encoding="base64"),
			"Solar roof",
			None,
			id="broken base64",
		),
		pytest.param(
			letter("=?utf-8?B?broken", body=b"\xff\xfe\x00\x80"),
			"=?utf-8?B?broken",
			None,
			id="broken everything",
		),
		pytest.param(
			letter(
				body="<p>One</p><script>alert(1)</script><p>Two<br>Three</p>",
				content_type="text/html; charset=utf-8",
			),
			"Solar roof",
			"One\nTwo\nThree",
			id="HTML",
		),
		pytest.param(letter("", "", sender="anna@client-a.example"), "No Subject", None, id="blank"),
		pytest.param(letter("x" * 900), "x" * 140, "Please send an offer.", id="long subject"),
	],
)
def test_odd_texts_are_logged(deliver, raw, subject, summary):
	doc = interaction_of(deliver(raw, "Communication"))
	assert doc.subject == subject
	assert doc.summary and (summary is None or doc.summary == summary)


def test_attachments_stay_with_the_email_that_is_the_evidence(deliver):
	raw = letter(
		content_type='multipart/mixed; boundary="b"',
		body="""--b
Content-Type: text/plain; charset=utf-8

See the plan.
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="=?utf-8?B?UGxhbiBmw7xyIERhY2guY3N2?="
Content-Transfer-Encoding: base64

UGxhbg==
--b--""",
	)
	message = deliver(raw)
	doc = interaction_of(message)
	assert doc.summary == "See the plan."
	assert proves(doc, message)
	file = frappe.get_last_doc(
		"File", {"attached_to_doctype": "Communication", "attached_to_name": message.name}
	)
	assert file.is_private


# --- machines -----------------------------------------------------------------------------------


def test_an_out_of_office_reply_moves_no_clock(deliver, clock_at):
	first = deliver(letter())
	with clock_at("2026-11-23 12:00"):
		api.answer(first.client_interaction)
	reply = deliver(
		letter(
			"Automatic reply: Solar roof",
			"I am away.",
			number="2",
			at="2026-11-23 12:01",
			In_Reply_To=mail_id("1"),
			Auto_Submitted="auto-replied",
		)
	)
	doc = interaction_of(reply)
	assert doc.name == first.client_interaction and doc.status == "Answered"
	assert doc.events[-1].event == "Automatic Reply" and doc.events[-1].source_name == reply.name


REPORT = """--b
Content-Type: text/plain

The mail system could not deliver your message.
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; anna@client-a.example
Action: failed
Status: 5.1.1
"""


def test_a_bounce_is_noted_on_its_conversation(deliver):
	first = deliver(letter())
	bounce = deliver(
		letter(
			"Undelivered Mail Returned to Sender",
			REPORT + "--b--",
			sender="MAILER-DAEMON@mx.client-a.example",
			number="2",
			at="2026-11-23 12:01",
			content_type='multipart/report; report-type=delivery-status; boundary="b"',
			References=mail_id("1"),
		)
	)
	doc = interaction_of(bounce)
	assert doc.name == first.client_interaction and doc.events[-1].event == "Bounced"
	assert doc.status == "Open"


@pytest.mark.parametrize(
	"raw",
	[
		letter("Out of office", Auto_Submitted="auto-replied"),
		letter("Our offers in December", List_Unsubscribe="<https://news.example/off>", Precedence="bulk"),
		letter("Undeliverable: hello", sender="postmaster@client-a.example"),
	],
	ids=["vacation", "newsletter", "bounce"],
)
def test_what_no_person_wrote_is_stored_and_starts_nothing(deliver, raw):
	before = frappe.db.count(INTERACTION)
	message = deliver(raw, "Communication")
	assert not message.client_interaction
	assert frappe.db.count(INTERACTION) == before


def test_an_inquiry_through_ones_own_group_address_is_not_a_newsletter(deliver):
	message = deliver(letter(List_ID=f"<sales.{DOMAIN}>", List_Unsubscribe=f"<mailto:sales-off@{DOMAIN}>"))
	assert interaction_of(message).status == "Open"


# --- the whole way in ---------------------------------------------------------------------------


@contextlib.contextmanager
def mailbox_with(account, *messages):
	"""The account, as the scheduler reads it, with `messages` on its server."""
	account.update({"enable_incoming": 1, "use_imap": 1, "email_sync_option": "ALL"})
	account.set("imap_folder", [{"folder_name": "INBOX", "append_to": account.append_to}])
	server = mock.Mock(settings={}, select_imap_folder=lambda folder: True)
	server.get_messages.return_value = {
		"latest_messages": list(messages),
		"uid_list": list(range(1, len(messages) + 1)),
		"seen_status": {},
	}
	with mock.patch.object(EmailAccount, "get_incoming_server", return_value=server):
		yield account


def test_receiving_a_mailbox_logs_its_messages(accounts, clock_at):
	raw = [letter(), letter("Re: Solar roof", number="2", In_Reply_To=mail_id("1"))]
	with clock_at("2026-11-23 10:10"), mailbox_with(accounts["Issue"], *raw) as account:
		account.receive()
	messages = frappe.get_all("Communication", {"email_account": account.name}, pluck="client_interaction")
	assert len(messages) == 2 and len(set(messages)) == 1 and messages[0]


@pytest.mark.parametrize("returned", ["answer", "earlier"])
@pytest.mark.parametrize("closed", [False, True])
def test_a_delivery_report_is_about_the_message_that_it_returns(
	accounts, clock_at, staff, as_user, returned, closed
):
	"""It makes no document of its own, and the form warns only if what came back may be the answer."""
	with clock_at(MONDAY), mailbox_with(accounts["Issue"], letter()) as account:
		account.receive()
	first = frappe.get_last_doc("Communication", {"email_account": account.name})
	doc = interaction_of(first)
	sent = {}
	for name, at in (("earlier", "2026-11-23 09:30"), ("answer", "2026-11-23 11:00")):
		with clock_at(at), as_user(staff["Customer Support"]):
			sent[name] = frappe.get_doc(
				{
					"doctype": "Communication",
					"communication_medium": "Email",
					"sent_or_received": "Sent",
					"sender": f"issue@{DOMAIN}",
					"recipients": "anna@client-a.example",
					"subject": "Re: Solar roof",
					"content": "Here it is.",
					"message_id": f"{name}@{DOMAIN}",
					"in_reply_to": first.name,
					"reference_doctype": "Issue",
					"reference_name": first.reference_name,
					"communication_date": at,
				}
			).insert(ignore_permissions=True)
	doc.reload()
	assert doc.events[-1].source_name == sent["answer"].name and doc.status == "Answered"
	if closed:
		with clock_at("2026-11-23 11:30"):
			doc.record("Closed")
	report = letter(
		"Undelivered Mail Returned to Sender",
		f"{REPORT}--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{returned}@{DOMAIN}>\n--b--",
		sender="MAILER-DAEMON@mx.client-a.example",
		number="2",
		at="2026-11-23 12:01",
		content_type='multipart/report; report-type=delivery-status; boundary="b"',
	)
	issues = frappe.db.count("Issue")
	with clock_at("2026-11-23 12:05"), mailbox_with(account, report):
		account.receive()
	bounce = frappe.get_last_doc("Communication", {"email_account": account.name})
	assert bounce.in_reply_to == sent[returned].name
	assert (bounce.reference_doctype, bounce.reference_name) == ("Issue", first.reference_name)
	assert frappe.db.count("Issue") == issues
	doc = interaction_of(bounce)
	assert doc.name == first.client_interaction and doc.events[-1].event == "Bounced"
	assert work_notices.answer_came_back(doc) == (returned == "answer")


def test_the_class_into_which_another_app_fetches_emails_stays(accounts, clock_at, monkeypatch):
	class Theirs(InboundMail):
		def as_dict(self):
			return {**super().as_dict(), "subject": "What they made of it"}

	monkeypatch.setattr(email_account, "InboundMail", Theirs)
	with clock_at("2026-11-23 10:10"), mailbox_with(accounts["Issue"], letter()) as account:
		account.receive()
	(message,) = frappe.get_all(
		"Communication", {"email_account": account.name}, ["subject", "client_interaction"]
	)
	assert message.subject == "What they made of it" and message.client_interaction


@pytest.mark.parametrize(
	"broken",
	[
		(arrivals, "open_new"),  # before anything is written
		(arrivals.alerts, "nobody_responsible"),  # after the interaction was inserted
		(raw_mail, "headers_in"),  # before the Communication is
	],
	ids=["at once", "half way", "headers"],
)
def test_a_failure_in_the_intake_loses_no_message(accounts, clock_at, errors, monkeypatch, broken):
	def fail(*args, **kwargs):
		raise RuntimeError("intake is broken")

	monkeypatch.setattr(*broken, fail)
	for user in frappe.get_all("Has Role", {"role": "Frontline Staff", "parenttype": "User"}, pluck="parent"):
		frappe.get_doc("User", user).remove_roles("Frontline Staff")
	before = frappe.db.count(INTERACTION)
	with clock_at("2026-11-23 10:10"), mailbox_with(accounts["Issue"], letter()) as account:
		account.receive()
	(message,) = frappe.get_all(
		"Communication", {"email_account": account.name}, ["subject", "client_interaction", "reference_name"]
	)
	assert message.subject == "Solar roof" and frappe.db.exists("Issue", message.reference_name)
	(error, *_more) = errors()
	assert "intake is broken" in error
	if broken[0] is not raw_mail:
		assert not message.client_interaction and frappe.db.count(INTERACTION) == before


def test_a_message_is_stored_when_no_matrix_is_in_force(deliver, errors):
	message = deliver(letter(at="2020-01-06 10:00"), "Communication")
	assert not message.client_interaction
	(error,) = errors()
	assert "No communication matrix is in force" in error


def test_nothing_is_logged_when_the_settings_say_so(deliver, set_settings):
	set_settings(log_inbound_email=0)
	assert not deliver(letter()).client_interaction


def test_without_anyone_responsible_a_manager_has_it_and_is_told(deliver, staff):
	frappe.get_doc("User", staff["Frontline Staff"]).remove_roles("Frontline Staff")
	doc = interaction_of(deliver(letter()))
	assert doc.responsible_staff == staff["Customer Support Manager"]
	told = frappe.get_all("Notification Log", {"document_name": doc.name}, pluck="for_user")
	assert told == [staff["Customer Support Manager"]]


# --- replies from the desk ----------------------------------------------------------------------


@pytest.fixture
def reply(staff, as_user, clock_at):
	"""Send an email as the desk's composer does; `said`: further parameters of its request."""

	def send(doctype, name, at="2026-11-23 15:00", said=None, **fields):
		values = {
			"subject": "Re: Solar roof",
			"content": "<p>Here it is.</p>",
			"recipients": "anna@client-a.example",
			"send_email": 1,
			"sender": staff["Frontline Staff"],
			**fields,
		}
		with clock_at(at), as_user(staff["Frontline Staff"]):
			frappe.local.form_dict.update(said or {})
			return frappe.get_doc(
				"Communication", send_from_desk(doctype=doctype, name=name, **values)["name"]
			)

	return send


def target(message, where):
	if where == INTERACTION:
		return INTERACTION, message.client_interaction
	return message.reference_doctype, message.reference_name


@pytest.mark.parametrize("where", ["Lead", "Issue", INTERACTION])
@pytest.mark.parametrize("answers", [1, 0], ids=["first reply answers", "first reply acknowledges"])
def test_a_reply_from_the_desk_meets_the_clocks(deliver, reply, set_settings, where, answers):
	set_settings(first_reply_answers=answers)
	first = deliver(letter(), "Issue" if where == "Issue" else "Lead")
	sent = reply(*target(first, where))
	doc = interaction_of(sent)
	assert doc.name == first.client_interaction
	assert (doc.status, doc.acknowledge_status) == ("Answered" if answers else "Acknowledged", "Met")
	assert doc.respond_status == ("Met" if answers else "Running")
	assert (doc.events[-1].source_name, str(doc.events[-1].at)) == (sent.name, "2026-11-23 15:00:00")
	assert proves(doc, sent)


def test_a_second_reply_is_not_a_second_acknowledgement(deliver, reply, set_settings):
	set_settings(first_reply_answers=0)
	first = deliver(letter())
	reply("Lead", first.reference_name)
	second = reply("Lead", first.reference_name, at="2026-11-23 16:00")
	doc = interaction_of(second)
	assert events(doc) == ["Logged", "Received", "Acknowledged"]
	assert proves(doc, second)


@pytest.mark.parametrize("where", ["Lead", INTERACTION])
def test_an_internal_email_answers_nothing(deliver, reply, where):
	first = deliver(letter())
	sent = reply(*target(first, where), recipients=f"colleague@{DOMAIN}", cc=f"boss@{DOMAIN}")
	doc = interaction_of(sent)
	assert doc.name == first.client_interaction
	assert events(doc) == ["Logged", "Received"] and doc.status == "Open"


@pytest.fixture
def adviser(site):
	"""A third party, by its domain."""
	domains = "adviser.example"
	return site.get_doc(
		{"doctype": "Third Party", "third_party_name": "Adviser", "email_domains": domains}
	).insert()


@pytest.mark.parametrize("recipients", ["eve@adviser.example", "who@nowhere.example"])
@pytest.mark.parametrize("where", ["Lead", "Issue", INTERACTION])
def test_an_email_to_others_alone_answers_nothing(deliver, reply, adviser, where, recipients, monkeypatch):
	first = deliver(letter(), "Issue" if where == "Issue" else "Lead")
	frappe.clear_messages()
	request = frappe._dict(method="POST", path="/api/method/frappe.core.doctype.communication.email.make")
	monkeypatch.setattr(frappe.local, "request", request, raising=False)
	doc = interaction_of(reply(*target(first, where), recipients=recipients, cc=f"boss@{DOMAIN}"))
	assert doc.name == first.client_interaction
	assert events(doc) == ["Logged", "Received"] and doc.status == "Open"
	told = [each for each in frappe.get_message_log() if "did not go to the client" in each["message"]]
	assert len(told) == 1 and told[0]["alert"]


def test_what_goes_to_others_alone_promises_nothing(deliver, reply):
	first = deliver(letter())
	said = {"client_comms_send_as": "promise", "client_comms_promised_until": "2026-11-26"}
	with pytest.raises(ActionNotPossibleError, match="Add the client to the recipients"):
		reply("Lead", first.reference_name, said=said, recipients="eve@adviser.example")
	assert interaction_of(reply("Lead", first.reference_name, said=said)).promise_status == "Running"


def test_who_answers_for_the_client_is_answered(deliver, reply, adviser):
	"""A person who wrote in the conversation or whom the client had in copy."""
	first = deliver(letter(cc="Ben <ben@client-a.example>, eve@adviser.example"))
	assert events(interaction_of(reply("Lead", first.reference_name, recipients="eve@adviser.example"))) == [
		"Logged",
		"Received",
	]
	answered = reply("Lead", first.reference_name, recipients="ben@client-a.example")
	assert interaction_of(answered).status == "Answered"


def test_a_blind_copy_to_the_client_answers(deliver, reply):
	first = deliver(letter())
	sent = reply("Lead", first.reference_name, recipients=f"boss@{DOMAIN}", bcc="anna@client-a.example")
	assert interaction_of(sent).status == "Answered"


FORGED = "mx.nordlicht.example; dmarc=fail header.from=nordlicht.example; spf=fail"


@pytest.mark.parametrize(
	("results", "status"), [(FORGED, "Open"), ("mx.nordlicht.example; dmarc=pass", "Answered")]
)
def test_what_only_claims_to_be_ours_answers_nothing(deliver, results, status):
	first = deliver(letter())
	second = deliver(
		letter(
			sender=f"rita@{DOMAIN}",
			to=f"anna@client-a.example, lead@{DOMAIN}",
			at="2026-11-23 12:00",
			number="2",
			In_Reply_To=mail_id("1"),
			Authentication_Results=results,
		)
	)
	doc = interaction_of(second)
	assert (doc.name, doc.status) == (first.client_interaction, status)
	assert ("Sender in Doubt" in events(doc)) == (status == "Open")


BROKEN_PARTS = {
	"parameters": (
		"multipart/mixed; boundary=b",
		"--b\n\nDone.\n--b\nContent-Type: text/calendar; method*=utf-8''REPLY; method*0*=x\n"
		"Content-Disposition: attachment; filename=x.ics\n\nBEGIN:VCALENDAR\n--b--\n",
	),
	"messages": ("message/rfc822", "Content-Type: message/rfc822\n\n" * 300 + "\nDone.\n"),
}


@pytest.mark.parametrize(("content_type", "body"), BROKEN_PARTS.values(), ids=BROKEN_PARTS)
def test_no_part_of_an_email_hides_that_it_only_claims_to_be_ours(deliver, content_type, body):
	first = deliver(letter())
	doc = interaction_of(deliver(forged_answer(body=body, content_type=content_type)))
	assert (doc.name, doc.status) == (first.client_interaction, "Open")
	assert "Sender in Doubt" in events(doc)


def test_what_has_no_headers_that_can_be_read_answers_nothing(deliver, monkeypatch):
	first = deliver(letter())
	monkeypatch.setattr(raw_mail, "headers_in", mock.Mock(side_effect=TypeError))
	doc = interaction_of(deliver(forged_answer()))
	assert (doc.name, doc.status) == (first.client_interaction, "Open")
	assert "Sender in Doubt" in events(doc)


def forged_answer(**written):
	return letter(
		sender=f"rita@{DOMAIN}",
		to=f"anna@client-a.example, lead@{DOMAIN}",
		at="2026-11-23 12:00",
		number="2",
		In_Reply_To=mail_id("1"),
		Authentication_Results=FORGED,
		**written,
	)


def test_what_only_claims_to_be_ours_begins_nothing(deliver, set_settings):
	set_settings(log_outbound=1)
	claimed = letter(sender=f"rita@{DOMAIN}", to=f"anna@client-a.example, lead@{DOMAIN}")
	forged = letter(
		sender=f"rita@{DOMAIN}",
		to=f"anna@client-a.example, lead@{DOMAIN}",
		number="2",
		Authentication_Results=FORGED,
	)
	assert deliver(claimed).client_interaction
	assert not deliver(forged).client_interaction


def test_a_reply_to_the_client_with_colleagues_in_copy_answers(deliver, reply):
	first = deliver(letter())
	assert interaction_of(reply("Lead", first.reference_name, cc=f"boss@{DOMAIN}")).status == "Answered"


def test_a_late_reply_meets_late(deliver, reply):
	first = deliver(letter())
	doc = interaction_of(reply("Lead", first.reference_name, at="2026-11-30 09:00"))
	assert (doc.acknowledge_status, doc.respond_status, doc.breached) == ("Met Late", "Met Late", 1)


def test_a_reply_ends_a_pause(deliver, reply, clock_at):
	first = deliver(letter())
	with clock_at("2026-11-23 11:00"):
		api.pause(first.client_interaction)
	doc = interaction_of(reply("Lead", first.reference_name))
	assert (doc.status, doc.clock_state) == ("Answered", "Stopped")


# --- cost ---------------------------------------------------------------------------------------


def test_logging_costs_a_bounded_number_of_queries(deliver, set_settings, monkeypatch):
	"""The sixth message of a thread costs no more than the second, but that version 16 rewrites every row."""
	deliver(letter())
	counts = []
	real = frappe.db.sql

	def counting(*args, **kwargs):
		counts[-1] += 1
		return real(*args, **kwargs)

	monkeypatch.setattr(frappe.db, "sql", counting)
	for number in range(2, 8):
		counts.append(0)
		deliver(
			letter(
				"Re: Solar roof", number=str(number), at=f"2026-11-23 11:0{number}", In_Reply_To=mail_id("1")
			)
		)
	print(f"queries per message: {counts}")
	assert counts[-1] - counts[1] <= (15 if compat.is_version_16() else 10)
	assert max(counts[1:]) < 250


# --- automatic acknowledgements -----------------------------------------------------------------


@pytest.mark.parametrize("counts", [0, 1])
def test_an_automatic_reply_of_the_mailbox_acknowledges_as_the_settings_say(
	fetch, accounts, set_settings, counts
):
	set_settings(automatic_reply_acknowledges=counts)
	reply_by_itself(accounts["Lead"])
	doc = interaction_of(fetch(accounts["Lead"], letter()))
	assert events(doc) == ["Logged", "Received", "Automatic Acknowledgement"]
	assert (doc.acknowledge_status, doc.respond_status) == ("Met" if counts else "Running", "Running")


def test_an_automatic_reply_that_the_gate_refuses_acknowledges_nothing(fetch, accounts, set_settings):
	set_settings(automatic_reply_acknowledges=1, identity_mode="Enforce")
	reply_by_itself(accounts["Issue"])
	doc = interaction_of(fetch(accounts["Issue"], letter("Complaint about the noise")))
	assert events(doc) == ["Logged", "Received"] and doc.acknowledge_status == "Running"
	assert not frappe.db.exists("Unhandled Email", {"email_account": accounts["Issue"].name})


@pytest.mark.parametrize("writer", ["Fiona <fiona@nordlicht.example>", "MAILER-DAEMON@client-a.example"])
def test_an_automatic_reply_to_staff_or_a_machine_acknowledges_nothing(fetch, accounts, set_settings, writer):
	set_settings(automatic_reply_acknowledges=1)
	first = fetch(accounts["Lead"], letter())
	reply_by_itself(accounts["Lead"])
	fetch(accounts["Lead"], letter("Re: Solar roof", sender=writer, number="2", In_Reply_To=mail_id("1")))
	assert "Automatic Acknowledgement" not in events(interaction_of(first))


def test_an_automatic_reply_that_fails_in_the_queue_is_taken_back(fetch, accounts, set_settings, clock_at):
	set_settings(automatic_reply_acknowledges=1)
	reply_by_itself(accounts["Lead"])
	message = fetch(accounts["Lead"], letter())
	assert interaction_of(message).acknowledge_status == "Met"
	queued = frappe.get_last_doc("Email Queue")
	mail = email.message_from_string(queued.message)
	assert (mail["In-Reply-To"], mail["Auto-Submitted"]) == (mail_id("1"), "auto-replied")
	with clock_at("2026-11-23 11:00"):
		queued.update_status(status="Error", error="No such host")
	doc = interaction_of(message)
	assert doc.acknowledge_status == "Running" and not doc.acknowledged_on
	assert events(doc)[-1] == "Acknowledgement Not Sent"
	queued.reload()
	if compat.is_version_16():
		email_queue.retry_sending([queued.name])
	else:
		queued.retry_sending()
	with clock_at("2026-11-23 12:00"):
		frappe.get_doc("Email Queue", queued.name).send(force_send=True)
	assert interaction_of(message).acknowledge_status == "Met"


def test_an_automated_message_that_is_refused_is_taken_back(deliver, set_settings):
	"""Senders may file it first, and continue if it is refused."""
	set_settings(automatic_reply_acknowledges=1, identity_mode="Enforce")
	first = deliver(letter("Complaint about the noise"), "Issue")
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Automated Message",
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"subject": "Receipt",
			"recipients": ANNA,
			"reference_doctype": "Issue",
			"reference_name": first.reference_name,
		}
	).insert()
	with pytest.raises(OutgoingRefusedError):
		frappe.sendmail(
			[ANNA],
			subject="Receipt",
			message="We have it.",
			reference_doctype="Issue",
			reference_name=first.reference_name,
			communication=message.name,
		)
	doc = interaction_of(message)
	assert events(doc)[-2:] == ["Automatic Acknowledgement", "Acknowledgement Not Sent"]
	assert doc.acknowledge_status == "Breached"


def test_an_automated_message_is_not_an_answer(deliver, reply, set_settings):
	set_settings(automatic_reply_acknowledges=1)
	first = deliver(letter())
	doc = interaction_of(reply("Lead", first.reference_name, communication_type="Automated Message"))
	assert (doc.status, doc.acknowledge_status, doc.respond_status) == ("Acknowledged", "Met", "Running")


def test_a_message_to_a_mailbox_of_another_domain_reaches_no_client(deliver, accounts, reply):
	first = deliver(letter())
	accounts["Issue"].update({"email_id": "nordlicht.support@mail.example"})
	accounts["Issue"].save()
	doc = interaction_of(reply("Lead", first.reference_name, recipients="nordlicht.support@mail.example"))
	assert doc.status == "Open"


# --- when it arrived -------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("date", "received", "expected"),
	[
		("2026-11-22 10:00", None, "2026-11-22 10:00:00"),  # on its way over the weekend
		("2019-01-01 00:00", None, "2026-11-24 12:00:00"),  # a machine without a battery
		("2031-01-01 00:00", None, "2026-11-24 12:00:00"),
		("2026-11-20 10:00", "2026-11-24 11:58", "2026-11-24 11:58:00"),  # sent later than it says
		("2019-01-01 00:00", "2026-11-24 11:58", "2026-11-24 11:58:00"),
		("2026-11-23 10:00", "2031-01-01 00:00", "2026-11-23 10:00:00"),  # a stamp that cannot be
	],
)
def test_an_email_counts_from_when_it_reached_us(deliver, date, received, expected):
	headers = {"Received": stamp(received)} if received else {}
	raw = letter(at=date, **headers)
	interaction = interaction_of(deliver(raw, at="2026-11-24 12:00"))
	assert interaction.occurred_on == get_datetime(expected)


def stamp(at):
	at = get_datetime(at).replace(tzinfo=ZoneInfo("Europe/Berlin"))
	return f"from mail.client-a.example by mx.us.example; {email.utils.format_datetime(at)}"


def test_the_topmost_stamp_is_the_one_of_our_server(deliver):
	raw = letter(at="2026-11-23 09:00", Received=stamp("2026-11-23 10:00"))
	raw = b"Received: " + stamp("2026-11-24 11:00").encode() + b"\n" + raw
	interaction = interaction_of(deliver(raw, at="2026-11-24 12:00"))
	assert interaction.occurred_on == get_datetime("2026-11-24 11:00:00")


def test_a_letter_that_staff_enter_late_is_logged(deliver, clock_at):
	with clock_at("2026-11-24 12:00"):
		letter_on_paper = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Other",
				"sent_or_received": "Received",
				"sender": ANNA,
				"subject": "The roof",
				"content": "Please answer in writing.",
				"communication_date": "2026-09-01 10:00:00",
			}
		).insert()
	assert interaction_of(letter_on_paper).occurred_on == get_datetime("2026-09-01 10:00:00")


def test_what_lay_in_a_mailbox_that_is_connected_is_not_a_new_inquiry(deliver):
	old = deliver(letter(at="2026-09-01 10:00", Received=stamp("2026-09-01 10:00")), at="2026-11-24 12:00")
	assert not old.client_interaction
	assert not frappe.db.exists("Intake Failure", {"reference_name": old.name})


@pytest.mark.parametrize(
	("arrived", "first_fetched", "is_logged"),
	[
		("2026-11-10 10:00", None, False),  # in the mailbox for two weeks when it was connected
		("2026-11-20 10:00", None, True),  # perhaps no one has seen it
		("2026-11-10 10:00", "2026-11-09 09:00", True),  # could not be fetched for two weeks
		("2026-11-10 10:00", "2026-11-24 11:55", False),  # of which the first fetch brought a hundred others
		("2026-11-20 10:00", "2026-11-24 11:55", True),
	],
)
def test_weeks_old_mail_is_history_only_when_its_mailbox_is_connected(
	deliver, accounts, arrived, first_fetched, is_logged
):
	times = {"client_comms_first_fetched_on": first_fetched, "last_fetched_on": first_fetched}
	accounts["Lead"].db_set(times)
	mail = deliver(letter(at=arrived, Received=stamp(arrived)), at="2026-11-24 12:00")
	assert bool(mail.client_interaction) == is_logged


# --- fetched by a user ---------------------------------------------------------------------------


@pytest.fixture
def administrator(make_user):
	"""A user who can use the button on an Email Account, but has no clearance."""
	return make_user("System Manager")


def multipart(text, attachment):
	return (
		f'--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--b\nContent-Type: text/plain; name="photo.txt"\n'
		f'Content-Disposition: attachment; filename="photo.txt"\n\n{attachment}\n--b--\n'
	)


def test_a_complaint_is_kept_regardless_of_who_fetches_it(fetch, accounts, administrator, as_user):
	raw = letter(
		"Complaint about the noise",
		multipart("Too loud.", "proof"),
		content_type="multipart/mixed; boundary=b",
	)
	with as_user(administrator):
		message = fetch(accounts["Issue"], raw)
		assert frappe.session.user == administrator
		assert not frappe.has_permission("Communication", "read", doc=message), "it would not be theirs"
	assert message.owner == "Administrator"
	assert interaction_of(message).confidentiality_level == "Sensitive"
	assert frappe.db.exists("File", {"attached_to_name": message.name, "file_name": ("like", "photo%")})


def test_a_reply_to_a_sensitive_thread_is_kept_regardless_of_who_fetches_it(
	fetch, deliver, accounts, administrator, as_user
):
	first = deliver(letter("Complaint about the noise"), "Issue")
	with as_user(administrator):
		second = fetch(
			accounts["Issue"],
			letter("Re: Complaint", number="2", at="2026-11-23 12:00", In_Reply_To=mail_id("1")),
		)
	assert second.client_interaction == first.client_interaction


def test_a_request_continues_as_its_user_after_fetching(fetch, accounts, administrator, as_user):
	with as_user(administrator):
		frappe.local.session.update({"sid": "of the request", "data": frappe._dict(csrf_token="x")})
		frappe.local.form_dict = frappe._dict(email_account=accounts["Lead"].name)
		fetch(accounts["Lead"], letter())
		assert (frappe.session.user, frappe.session.sid) == (administrator, "of the request")
		assert frappe.session.data.csrf_token == "x"
		assert frappe.form_dict.email_account == accounts["Lead"].name


# --- what senders claim ----------------------------------------------------------------------------

EVE = "Eve <eve@elsewhere.example>"
FIONA = f"Fiona <fiona@{DOMAIN}>"


@pytest.fixture(params=["deliver", "fetch"])
def receive(request, deliver, fetch, accounts):
	"""`receive(letter(…), "Issue")` by Frappe's mail class alone, and by the mailbox."""
	if request.param == "deliver":
		return lambda raw, to="Issue": deliver(raw, to)
	return lambda raw, to="Issue": fetch(accounts[to], raw)


@pytest.mark.parametrize("header", ["Reply_To", "X_Original_From"])
def test_a_stranger_who_names_one_of_us_is_not_staff(receive, header):
	first = receive(letter())
	claims = letter(
		"Re: Solar roof",
		"Here it is.",
		sender=EVE,
		to="anna@client-a.example",
		number="2",
		at="2026-11-23 12:00",
		In_Reply_To=mail_id("1"),
		**{header: FIONA},
	)
	message = receive(claims)
	assert frappe.db.get_value(INTERACTION, first.client_interaction, "status") == "Open"
	assert message.sender == "eve@elsewhere.example" and message.sender_full_name == "Eve"
	assert interaction_of(message).respond_status == "Running"


@pytest.mark.parametrize("header", ["Reply_To", "X_Original_From"])
def test_our_own_form_speaks_for_a_client(receive, header):
	"""The control: a form or a group of ours sends in the name of a person outside."""
	message = receive(letter(sender=f"Website <website@{DOMAIN}>", **{header: ANNA}))
	assert message.sender == "anna@client-a.example"
	assert interaction_of(message).respond_status == "Running"


@pytest.mark.parametrize(
	("sender", "headers"),
	[
		("Sean O'Neil <sean.o'neil@client-a.example>", {}),
		("Sean O'Neil sean.oneil@client-a.example", {}),
		("Sean O'Neil <sean@client-a.example>", {"Reply_To": "office"}),
		("Sean O'Neil <sean@client-a.example>", {"Reply_To": "Office <office@client-a>"}),
	],
)
def test_an_address_that_frappe_does_not_read_is_not_refused(fetch, accounts, sender, headers):
	message = fetch(accounts["Issue"], letter(sender=sender, **headers))
	assert (message.sender, message.sender_full_name) == (sender.split()[-1].strip("<>"), "Sean O'Neil")
	assert interaction_of(message).respond_status == "Running"


@pytest.mark.parametrize("mailbox", ["Issue", "Communication"])
@pytest.mark.parametrize(
	"other",
	[{"sender": EVE}, {"at": "2026-11-23 11:00"}, {"body": "Please cancel the order."}],
	ids=lambda other: "-".join(other),
)
def test_another_message_with_the_same_id_is_an_inquiry_of_its_own(fetch, accounts, mailbox, other):
	first = fetch(accounts["Issue"], letter())
	copy = letter("Warranty of the inverter", **{"at": "2026-11-23 10:00", **other})
	known = set(frappe.get_all("Communication", pluck="name"))
	fetch(accounts[mailbox], copy)
	(new,) = set(frappe.get_all("Communication", {"sent_or_received": "Received"}, pluck="name")) - known
	doc = interaction_of(frappe.get_doc("Communication", new))
	assert doc.name != first.client_interaction
	assert doc.respond_status == "Running" and proves(doc, frappe.get_doc("Communication", new))
	assert events(interaction_of(first)) == ["Logged", "Received"]


def test_no_reply_to_the_first_goes_to_the_other_with_its_id(fetch, accounts):
	first = fetch(accounts["Issue"], letter())
	fetch(accounts["Communication"], letter("Hello", "Hello", sender=EVE, at="2026-11-23 10:30"))
	second = fetch(
		accounts["Issue"],
		letter("Re: Solar roof", number="2", at="2026-11-23 12:00", In_Reply_To=mail_id("1")),
	)
	assert second.client_interaction == first.client_interaction


@pytest.mark.parametrize(
	"content_type", ["text/plain; charset=utf-8", "text/html; charset=utf-8"], ids=["text", "html"]
)
@pytest.mark.parametrize("at", [MONDAY, None], ids=["dated", "undated"])
def test_the_same_message_is_kept_once(fetch, accounts, content_type, at):
	"""The control: POP mailboxes give out a message again and again, and IMAP after a rebuild."""
	body = "<style>p {color: red}</style><p>Please send an <b>offer</b>.</p>"
	raw = letter(body=body, at=at, content_type=content_type)
	with mock.patch(f"{__name__}.date_of", lambda raw: get_datetime(MONDAY)):
		first = fetch(accounts["Issue"], raw)
		second = fetch(accounts["Issue"], raw)
		third = fetch(accounts["Communication"], raw)
	assert first.name == second.name and first.client_interaction == third.client_interaction
	assert events(interaction_of(first)) == ["Logged", "Received"]


@pytest.mark.parametrize("mailbox", ["Issue", "Communication"])
@pytest.mark.parametrize(
	"reference", ["In_Reply_To", "References", "subject"], ids=["reply", "references", "subject"]
)
def test_a_stranger_who_refers_to_a_thread_gets_a_clock_of_their_own(fetch, accounts, mailbox, reference):
	first = fetch(accounts["Issue"], letter("Complaint about the noise"))
	headers = {} if reference == "subject" else {reference: mail_id("1")}
	subject = f"Re: (#{first.reference_name})" if reference == "subject" else "Re: Complaint"
	message = fetch(
		accounts[mailbox],
		letter(subject, "Me too.", sender=EVE, number="2", at="2026-11-23 12:00", **headers),
	)
	doc = interaction_of(message)
	assert doc.name != first.client_interaction and doc.respond_status == "Running"
	assert events(interaction_of(first)) == ["Logged", "Received"]
	assert doc.party is None or doc.party != interaction_of(first).party
	if headers:
		assert doc.confidentiality_level == "Sensitive", "it may quote what it refers to"


def test_a_colleague_who_was_written_to_takes_part(fetch, accounts):
	"""The control: the client copies in someone unknown, who answers."""
	first = fetch(accounts["Issue"], letter(cc="ben@client-b.example"))
	second = fetch(
		accounts["Issue"],
		letter(
			"Re: Solar roof",
			sender="Ben <ben@client-b.example>",
			number="2",
			at="2026-11-23 12:00",
			In_Reply_To=mail_id("1"),
		),
	)
	assert second.client_interaction == first.client_interaction


def test_another_contact_of_the_client_takes_part(fetch, accounts, make_client):
	client = make_client("Client A", "anna@client-a.example")
	frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Ben",
			"email_ids": [{"email_id": "ben@client-b.example", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": client.party}],
		}
	).insert()
	first = fetch(accounts["Issue"], letter())
	reply = letter(
		"Re: Solar roof",
		sender="Ben <ben@client-b.example>",
		number="2",
		at="2026-11-23 12:00",
		In_Reply_To=mail_id("1"),
	)
	assert fetch(accounts["Issue"], reply).client_interaction == first.client_interaction


def test_a_client_answers_a_ticket_that_staff_opened_for_them(fetch, accounts, set_settings, clock_at):
	"""They are known by the document alone."""
	with clock_at(MONDAY):
		issue = frappe.get_doc(
			{"doctype": "Issue", "subject": "Noise", "raised_by": "anna@client-a.example"}
		).insert()
	name = frappe.db.get_value(INTERACTION, {"reference_name": issue.name})
	message = fetch(
		accounts["Issue"], letter(f"Re: Noise (#{issue.name})", number="2", at="2026-11-23 12:00")
	)
	assert name and message.client_interaction == name
