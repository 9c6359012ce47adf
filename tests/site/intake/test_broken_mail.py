"""Emails that are broken, sent by machines or fetched again: none is lost, and none is answered that should not be (C-3, D-1)."""

import time
from unittest import mock

import frappe
import pytest
from frappe.email.doctype.email_account import email_account
from frappe.email.doctype.email_account.email_account import EmailAccount

from client_comms import api, health_mail
from client_comms.intake import inbound_mail, mailboxes, retry, spool, unlogged, unprocessed

pytestmark = pytest.mark.clause("D-1", "C-3")

MONDAY = "2026-11-23 10:00"
DOMAIN = "nordlicht.example"
ANNA = "anna@client-a.example"
INTERACTION, COMMUNICATION = "Client Interaction", "Communication"


@pytest.fixture(autouse=True)
def nothing_on_its_way():
	"""Files are not rolled back."""
	spool.remove()
	yield
	spool.remove()


@pytest.fixture
def pull(monkeypatch, clock_at, accounts):
	"""`pull(*raw)` fetches messages into the mailbox of Leads, as the scheduler does; the messages that are new."""

	def fetch(*messages, at=MONDAY):
		server = mock.Mock(settings={})
		server.get_messages.return_value = {"latest_messages": list(messages)}
		monkeypatch.setattr(EmailAccount, "get_incoming_server", lambda *args, **kwargs: server)
		accounts["Lead"].db_set({"enable_incoming": 1, "email_sync_option": "ALL"})
		frappe.db.commit()
		before = frappe.get_all(COMMUNICATION, pluck="name")
		with clock_at(at):
			try:
				email_account.pull_from_email_account(accounts["Lead"].name)
			except Exception as error:
				if frappe.as_json([])[:1] not in str(error):
					raise
		new = {"name": ("not in", [*before, ""]), "sent_or_received": "Received"}
		return [
			frappe.get_doc(COMMUNICATION, name) for name in frappe.get_all(COMMUNICATION, new, pluck="name")
		]

	return fetch


def kept():
	return frappe.get_all(
		unprocessed.UNPROCESSED, fields=["name", "sender", "subject", "received_at", "reason", "status"]
	)


def break_storing(monkeypatch):
	def broken(self):
		raise RecursionError

	monkeypatch.setattr(inbound_mail.InboundMail, "process", broken)


# --- what cannot be encoded --------------------------------------------------------------------------


BROKEN = {
	"subject": {"Subject": "=?utf-7?q?Roof_+2AA-?="},
	"beside": {"Subject": "=?utf-8?q?Roof?= \\ud800"},
	"name": {"From": f"=?utf-7?q?Anna_+2AA-?= <{ANNA}>"},
	"recipient": {"Cc": "=?utf-7?q?Bo_+2AA-?= <bo@client-a.example>"},
	"body": {"Content_Type": "text/plain; charset=utf-7"},
}


@pytest.mark.parametrize("headers", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_encoded_is_replaced(pull, raw_mail, headers):
	(message,) = pull(raw_mail("The roof +2AA- leaks.", **headers))
	assert message.sender == ANNA and message.client_interaction and kept() == []


@pytest.mark.parametrize("headers", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_encoded_is_kept_and_taken_in(pull, raw_mail, headers, monkeypatch):
	with monkeypatch.context() as patch:
		break_storing(patch)
		assert pull(raw_mail("The roof +2AA- leaks.", **headers)) == []
		(row,) = kept()
		assert row.sender == ANNA and spool_is_empty()
		(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert done["interaction"]


@pytest.mark.parametrize(
	"name", ["=?x-unknown?q?M=C3=BCller?=", "=?unknown-8bit?q?M=FCller?=", "=?iso-8859-1*de?q?M=FCller?="]
)
def test_a_name_in_a_charset_that_frappe_cannot_read_is_stored_in_a_few_minutes(
	pull, raw_mail, name, clock_at
):
	assert pull(raw_mail(From=f"{name} <{ANNA}>")) == []
	with clock_at("2026-11-23 10:05"):
		retry.store_unprocessed()
	(row,) = kept()
	assert row.status == "Taken In"
	message = frappe.get_doc(
		COMMUNICATION, frappe.db.get_value(unprocessed.UNPROCESSED, row.name, "communication")
	)
	assert (message.sender, message.sender_full_name) == (ANNA, "Müller") and message.client_interaction


def spool_is_empty():
	return not list(spool.folder().glob("*.eml"))


def test_a_server_that_has_lost_the_time_loses_no_email(pull, raw_mail, monkeypatch):
	break_storing(monkeypatch)
	pull(raw_mail(Received="by mx.example; Fri, 01 Jan 1904 00:00:00 +0000"))
	(row,) = kept()
	assert str(row.received_at).startswith(MONDAY)


def test_an_email_that_cannot_be_described_is_kept(pull, raw_mail, monkeypatch):
	break_storing(monkeypatch)
	monkeypatch.setattr(unprocessed, "_description_of", mock.Mock(side_effect=ValueError("no header")))
	pull(raw_mail())
	(row,) = kept()
	assert not row.subject and "RecursionError" in row.reason
	assert b"Solar roof" in unprocessed.raw_of(row.name) and spool_is_empty()


def test_an_email_that_cannot_be_kept_is_told_once(pull, raw_mail, monkeypatch, make_user, clock_at):
	manager = make_user("Customer Support Manager")
	break_storing(monkeypatch)
	with monkeypatch.context() as patch:
		patch.setattr(unprocessed, "_attach", mock.Mock(side_effect=OSError("No space left")))
		pull(raw_mail())
		with clock_at("2026-11-23 10:05"):
			retry.store_unprocessed()
		assert kept() == [] and not spool_is_empty()
		(told,) = frappe.get_all(
			"Notification Log",
			{"for_user": manager, "document_type": "Error Log"},
			["subject", "document_name"],
		)
		assert "neither stored nor kept" in told.subject
		assert told.document_name in told.subject
	with clock_at("2026-11-23 10:10"):
		retry.store_unprocessed()
	assert len(kept()) == 1 and spool_is_empty()


# --- subjects ----------------------------------------------------------------------------------------


def test_a_reply_is_known_by_a_subject_of_several_lines(pull, raw_mail):
	"""Mail programs fold long subjects, each in its own way."""
	words = "Solar roof for our house in Hamburg"
	(first,) = pull(raw_mail(Subject="Solar roof for\n our house\n\tin Hamburg"))
	assert first.subject == frappe.db.get_value(INTERACTION, first.client_interaction, "subject") == words
	(second,) = pull(
		raw_mail(Subject=f"Re: Solar roof for our\n {words[19:]}", Message_ID="<2@client-a.example>")
	)
	assert second.client_interaction == first.client_interaction


@pytest.mark.parametrize("words", ["Roof 100 % of _all_ ", "Roof "], ids=["wildcards", "words"])
def test_a_reply_is_known_by_the_beginning_of_a_long_subject(pull, raw_mail, words):
	"""Frappe stores 140 characters, in a reply with those before them."""
	long = words * 40
	(first,) = pull(raw_mail(Subject=long))
	(second,) = pull(raw_mail(Subject=f"Re: {long}", Message_ID="<2@client-a.example>"))
	assert second.client_interaction == first.client_interaction
	(other,) = pull(
		raw_mail(Subject=f"Re: {long.replace('_', 'x')[:100]}", Message_ID="<3@client-a.example>")
	)
	assert other.client_interaction != first.client_interaction


@pytest.mark.parametrize(
	("subject", "stored"),
	[
		("=?utf-8?q?Solar=0D=0ABcc=3A_roof=00?=", "Solar Bcc: roof"),
		("=?utf-8?b?4oCL4oCL77u/?=", "No Subject"),
		("=?utf-8?q?=1B=5B2J?=", "[2J"),
	],
	ids=["lines", "invisible", "controls"],
)
def test_a_subject_is_one_line_that_can_be_seen(pull, raw_mail, monkeypatch, subject, stored):
	(first,) = pull(raw_mail(Subject=subject))
	assert first.subject == stored
	assert frappe.db.get_value(INTERACTION, first.client_interaction, "subject") == stored
	with monkeypatch.context() as patch:
		break_storing(patch)
		pull(raw_mail(Subject=subject, Message_ID="<2@client-a.example>"))
		(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": kept()[0].name}])
	assert frappe.db.get_value(INTERACTION, done["interaction"], "subject") == stored


# --- what Frappe cannot read, or not soon ------------------------------------------------------------

LONG = "a" * 200_000
UNREADABLE = {
	"a charset": {"Content_Type": "text/plain; charset=punycode"},
	"a codec": {"Content_Type": "text/plain; charset=undefined"},
	"a subject": {"Subject": f"=?punycode?q?{LONG}?="},
	"a sender": {"From": f"=?punycode?q?{LONG}?= <{ANNA}>", "Reply_To": ANNA},
	"a file name": {"Content_Type": f"text/plain; name*=punycode''{LONG[:40_000]}"},
	"parameters": {"Content_Type": "text/plain; name*=utf-8''a; name*0*=b"},
}


@pytest.mark.parametrize("headers", UNREADABLE.values(), ids=UNREADABLE)
def test_what_frappe_cannot_read_soon_is_stored_all_the_same(pull, raw_mail, headers):
	began = time.process_time()
	new = pull(raw_mail(LONG, **{"Message_ID": "<2@x.example>", **headers}), raw_mail())
	assert "Solar roof" in [message.subject for message in new]
	retry.store_unprocessed()
	(message,) = frappe.get_all(COMMUNICATION, {"message_id": "2@x.example"}, ["name", "text_content"])
	assert time.process_time() - began < 15
	assert LONG in message.text_content or frappe.db.exists("File", {"attached_to_name": message.name})


@pytest.mark.parametrize("headers", UNREADABLE.values(), ids=UNREADABLE)
def test_one_that_cannot_be_read_stops_no_other_that_is_taken_in(pull, raw_mail, headers, monkeypatch):
	with monkeypatch.context() as patch:
		break_storing(patch)
		pull(raw_mail("The roof leaks.", **{"Message_ID": "<2@x.example>", **headers}), raw_mail())
		names = [row.name for row in kept()]
		assert len(names) == 2
		done = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": name} for name in names])
	assert all(each.get("interaction") for each in done), done


def test_parts_in_parts_without_end_are_not_read(pull, raw_mail):
	nested = "".join("Content-Type: message/rfc822\n\n" for _number in range(300))
	pull(raw_mail(nested, Content_Type="message/rfc822"))
	(row,) = kept()
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert "too many parts" in row.reason and done["interaction"]


# --- fetched again -------------------------------------------------------------------------------------


def test_an_email_without_an_id_is_one_however_often_it_is_fetched(pull, raw_mail):
	raw = raw_mail(Message_ID=None)
	(message,) = pull(raw)
	assert message.message_id and message.client_interaction
	assert pull(raw, at="2026-11-23 10:05") == []
	(other,) = pull(raw_mail("The roof leaks.", Message_ID=None), at="2026-11-23 10:10")
	assert other.message_id != message.message_id
	assert other.client_interaction != message.client_interaction


def test_an_email_with_the_id_of_another_is_one_however_often_it_is_fetched(pull, raw_mail):
	(first,) = pull(raw_mail())
	raw = raw_mail("I have a question.", From="bo@client-b.example", Subject="Invoice")
	(second,) = pull(raw, at="2026-11-23 10:05")
	assert second.client_interaction not in (None, first.client_interaction)
	assert pull(raw, at="2026-11-23 10:10") == []
	assert pull(raw_mail(), at="2026-11-23 10:15") == []


def test_what_was_taken_in_without_an_id_is_not_stored_again(pull, raw_mail, monkeypatch, clock_at):
	raw = raw_mail(Message_ID=None)
	with monkeypatch.context() as patch:
		break_storing(patch)
		pull(raw)
	with clock_at("2026-11-23 10:05"):
		retry.store_unprocessed()
	assert [row.status for row in kept()] == ["Taken In"]
	assert pull(raw, at="2026-11-23 10:10") == []


# --- automatic replies of mailboxes --------------------------------------------------------------------


@pytest.fixture
def replies(monkeypatch, accounts):
	"""To whom Frappe would have sent the automatic reply of the mailbox."""
	found = []
	monkeypatch.setattr(
		EmailAccount, "send_auto_reply", lambda _account, _message, mail: found.append(mail.from_email)
	)
	accounts["Lead"].db_set({"enable_auto_reply": 1, "auto_reply_message": "Thank you"})
	return found


@pytest.mark.parametrize(
	"headers",
	[
		{"Auto_Submitted": "auto-replied"},
		{"From": "MAILER-DAEMON@client-a.example"},
		{"Precedence": "bulk"},
		{"X_Spam_Flag": "YES"},
		{"From": f"nora@{DOMAIN}"},
		{
			"Received": "by mx.example; Mon, 16 Nov 2026 10:00:00 +0100",
			"Date": "Mon, 16 Nov 2026 10:00:00 +0100",
		},
	],
	ids=["automatic", "bounce", "bulk", "spam", "staff", "old"],
)
def test_the_automatic_reply_of_a_mailbox_answers_no_machine(pull, raw_mail, replies, headers):
	pull(raw_mail(**headers))
	assert replies == []


def test_two_mailboxes_do_not_answer_each_other_for_ever(pull, raw_mail, replies):
	pull(raw_mail(Subject="Roof of the loop"))
	assert replies == [ANNA]
	for number in range(2, 5):
		pull(raw_mail(Subject="Re: Roof of the loop", Message_ID=f"<{number}@client-a.example>"))
	assert replies == [ANNA]


def test_a_mailbox_answers_an_address_a_few_times_a_day(pull, raw_mail, replies):
	for number in range(12):
		pull(
			raw_mail(
				From="cleo@client-c.example",
				Subject=f"Roof {number}",
				Message_ID=f"<{number}@client-c.example>",
			)
		)
	assert replies == ["cleo@client-c.example"] * 10


# --- machines ------------------------------------------------------------------------------------------


def listed(clock_at, at="2026-11-23 12:00"):
	with clock_at(at):
		return {each.name: each for each in unlogged.find(frappe.utils.get_datetime("2026-11-20")).rows}


def test_spam_is_listed_and_begins_nothing(pull, raw_mail, clock_at, set_settings):
	set_settings(send_acknowledgement=1)
	(message,) = pull(raw_mail(X_Spam_Status="Yes, score=9.1"))
	assert not message.client_interaction
	row = listed(clock_at)[message.name]
	assert "spam" in row.reason
	(done,) = api.log_unlogged([{"doctype": COMMUNICATION, "name": message.name}])
	assert frappe.db.get_value(INTERACTION, done["interaction"], "direction") == "Inbound"
	assert message.name not in listed(clock_at)


CALENDAR = """--b
Content-Type: text/plain; charset=utf-8

Yes.
--b
Content-Type: text/calendar; method={method}

BEGIN:VCALENDAR
METHOD:{method}
END:VCALENDAR
--b--
"""


@pytest.mark.parametrize(("method", "event"), [("REPLY", "Automatic Reply"), ("COUNTER", "Received")])
def test_an_answer_to_an_invitation_is_an_event_of_its_conversation(pull, raw_mail, method, event):
	(first,) = pull(raw_mail())
	clocks = ("acknowledge_by", "respond_by", "clock_state")
	before = frappe.db.get_value(INTERACTION, first.client_interaction, clocks)
	(second,) = pull(
		raw_mail(
			CALENDAR.format(method=method),
			Subject="Accepted: Roof",
			Message_ID="<2@client-a.example>",
			In_Reply_To="<1@client-a.example>",
			Content_Type="multipart/alternative; boundary=b",
		),
		at="2026-11-23 10:30",
	)
	doc = frappe.get_doc(INTERACTION, first.client_interaction)
	assert second.client_interaction == doc.name
	assert (doc.events[-1].event, doc.events[-1].source_name) == (event, second.name)
	assert frappe.db.get_value(INTERACTION, doc.name, clocks) == before
	(alone,) = pull(
		raw_mail(
			CALENDAR.format(method=method),
			From="dora@client-d.example",
			Subject="Accepted: Roof",
			Message_ID="<3@client-d.example>",
			Content_Type="multipart/alternative; boundary=b",
		),
		at="2026-11-23 10:40",
	)
	assert bool(alone.client_interaction) == (method != "REPLY")


FORM = {"From": f"WordPress <wordpress@{DOMAIN}>", "Subject": "Contact", "Message_ID": "<w1@own.example>"}


def test_what_a_form_of_our_website_sends_is_an_inquiry(pull, raw_mail, set_settings):
	set_settings(send_acknowledgement=1)
	(message,) = pull(raw_mail("Name: Anna. The roof leaks.", **FORM))
	doc = frappe.get_doc(INTERACTION, message.client_interaction)
	assert (doc.direction, doc.contact, doc.responsible_staff is None) == ("Inbound", None, False)
	assert doc.respond_by and "roof leaks" in doc.summary
	assert not frappe.db.exists("Email Queue Recipient", {"recipient": ("like", "%wordpress%")})


@pytest.mark.parametrize(
	"headers",
	[
		{"To": f"lead@{DOMAIN}, {{staff}}"},
		{"To": f"lead@{DOMAIN}, {ANNA}"},
		{"From": "{staff}"},
		{"From": f"issue@{DOMAIN}"},
		{"Auto_Submitted": "auto-generated"},
	],
	ids=["to staff", "to a client", "of staff", "of a mailbox", "automatic"],
)
def test_what_else_is_sent_from_our_domain_is_none(pull, raw_mail, staff, headers):
	user = frappe.get_doc("User", staff["Customer Support"])
	user.db_set("email", f"jana@{DOMAIN}")
	written = {name: value.format(staff=f"jana@{DOMAIN}") for name, value in headers.items()}
	(message,) = pull(raw_mail(**{**FORM, **written}))
	name = message.client_interaction
	assert not name or frappe.db.get_value(INTERACTION, name, "direction") == "Outbound"


def test_what_did_not_come_from_us_after_all_is_listed(pull, raw_mail, clock_at):
	(message,) = pull(raw_mail(Authentication_Results="mx.example; spf=fail; dmarc=fail", **FORM))
	assert not message.client_interaction
	assert "form" in listed(clock_at)[message.name].reason


@pytest.mark.parametrize(
	"sender", [f"Anna <{ANNA}>\nFrom: eve@elsewhere.example", f"{ANNA}, eve@elsewhere.example"]
)
def test_of_several_writers_none_is_believed_when_an_email_is_taken_in(pull, raw_mail, monkeypatch, sender):
	with monkeypatch.context() as patch:
		break_storing(patch)
		pull(raw_mail(From=sender))
		(row,) = kept()
		(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	doc = frappe.get_doc(INTERACTION, done["interaction"])
	(message,) = frappe.get_all(
		COMMUNICATION, {"client_interaction": doc.name}, ["sender", "sender_full_name"]
	)
	assert not message.sender and ANNA in message.sender_full_name
	assert [row.event for row in doc.events].count("Sender in Doubt") == 1 and not doc.contact


# --- mailboxes that are not fetched ----------------------------------------------------------------------


def test_an_attempt_to_fetch_does_not_count_as_a_change(pull, raw_mail, clock_at, set_settings):
	set_settings(mailbox_silent_minutes=60)
	pull(raw_mail())
	name = frappe.db.get_value("Email Account", {"enable_incoming": 1})
	frappe.db.set_value("Email Account", name, mailboxes.CHANGED, "2026-11-20", update_modified=False)
	with clock_at("2026-11-23 11:30"):
		frappe.db.set_value("Email Account", name, "uidnext", 7)  # as Frappe does before it reads a folder
		assert [found for found, _since in mailboxes.silent()] == [name]
		frappe.get_doc("Email Account", name).save()
		assert mailboxes.silent() == []


def test_a_folder_that_was_renamed_is_told_by_its_name(
	accounts, raw_mail, monkeypatch, clock_at, set_settings, make_user
):
	manager = make_user("Customer Support Manager")
	set_settings(mailbox_silent_minutes=60)
	account = accounts["Lead"]
	account.db_set({"enable_incoming": 1, "email_sync_option": "ALL", "use_imap": 1})
	for folder in ("INBOX", "Sales"):
		account.append("imap_folder", {"folder_name": folder}).db_insert()
	frappe.db.set_value("Email Account", account.name, mailboxes.CHANGED, "2026-11-20", update_modified=False)
	server = mock.Mock(settings={})
	server.get_messages.return_value = {"latest_messages": [raw_mail()], "uid_list": [b"1"]}

	def fetch(at, folders):
		server.select_imap_folder = lambda folder: folder in folders
		monkeypatch.setattr(EmailAccount, "get_incoming_server", lambda *args, **kwargs: server)
		frappe.db.commit()
		with clock_at(at):
			email_account.pull_from_email_account(account.name)
			mailboxes.tell_silent()
		return frappe.get_all(
			"Notification Log", {"for_user": manager, "document_type": "Email Account"}, pluck="subject"
		)

	assert fetch(MONDAY, ["INBOX", "Sales"]) == []
	assert fetch("2026-11-23 10:30", ["INBOX"]) == []
	(told,) = fetch("2026-11-23 11:30", ["INBOX"])
	assert "Sales" in told and "INBOX" not in told
	with clock_at("2026-11-23 11:31"):
		assert any("Sales" in fault for fault in health_mail.incoming_mail().faults)
	fetch("2026-11-23 11:35", ["INBOX", "Sales"])
	with clock_at("2026-11-23 11:36"):
		assert mailboxes.silent() == [] and not mailboxes.without_folders(account.name)


def test_a_mailbox_counts_as_connected_from_its_first_fetch(pull, raw_mail, accounts):
	pull(raw_mail())
	pull(at="2026-11-24 10:00")
	first, last = frappe.db.get_value(
		"Email Account", accounts["Lead"].name, [mailboxes.CONNECTED, mailboxes.LAST_FETCHED]
	)
	assert str(first).startswith(MONDAY) and str(last).startswith("2026-11-24 10:00")
