"""Receipt is confirmed automatically: once per conversation, only to people, with an approved text (C-3, C-1, D-3)."""

import email
import email.policy
import email.utils
from zoneinfo import ZoneInfo

import frappe
import pytest
from erpnext.support.doctype.issue.issue import Issue
from frappe.email.receive import InboundMail
from frappe.utils import get_datetime

from client_comms.intake import acknowledgement

pytestmark = pytest.mark.clause("C-3", "C-1", "D-3")

INTERACTION = "Client Interaction"
DOMAIN = "ostwind.example"
MONDAY = "2026-11-23 10:00"
ANNA = "anna@client-a.example"


@pytest.fixture
def make_template(make_user):
	"""`make_template("Receipt", …)` approves an acknowledgement with that text in English."""

	def make(name="Receipt", language="en", response="<p>Dear {{ party_name }}, we have it.</p>", **fields):
		frappe.get_doc(
			{
				"doctype": "Email Template",
				"name": f"{name} text",
				"subject": "Re: {{ subject }}",
				"response": response,
			}
		).insert(set_name=f"{name} text")
		template = frappe.get_doc(
			{
				"doctype": "Communication Template",
				"template_name": name,
				"email_template": f"{name} text",
				"language": language,
				"highest_level": "Sensitive",
				"is_acknowledgement": 1,
				**fields,
			}
		).insert()
		template.approve()
		return template

	return make


@pytest.fixture
def account(make_user, set_settings, set_calendar):
	set_settings(own_email_domains=DOMAIN, send_acknowledgement=1, four_eyes_on_templates=0)
	set_calendar(["09:00-17:00"])
	make_user("Frontline Staff")
	make_user("Customer Support")
	frappe.db.set_value("Communication Template", {}, "status", "Draft")
	frappe.cache.delete_keys("client_comms_acknowledged:")
	frappe.cache.delete_keys("client_comms_confirmed:")
	return frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Test Support",
			"email_id": f"support@{DOMAIN}",
			"append_to": "Issue",
			"enable_outgoing": 1,
			"smtp_server": "127.0.0.1",
			"no_smtp_authentication": 1,
		}
	).insert()


@pytest.fixture
def deliver(account, clock_at):
	"""`deliver(number, subject, **headers)` fetches an email of Anna; returns its Communication."""

	def fetch(number="1", subject="Solar roof", *, at=MONDAY, sender=f"Anna Client <{ANNA}>", **headers):
		date = email.utils.format_datetime(get_datetime(at).replace(tzinfo=ZoneInfo("Europe/Berlin")))
		lines = [
			f"From: {sender}",
			f"To: support@{DOMAIN}",
			f"Subject: {subject}",
			f"Message-ID: <{number}@client-a.example>",
			f"Date: {date}",
			"Content-Type: text/plain; charset=utf-8",
			*(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
		]
		with clock_at(at):
			raw = "\n".join(lines).encode() + b"\n\nPlease send an offer.\n"
			return frappe.get_doc("Communication", InboundMail(raw, account).process().name)

	return fetch


def sent():
	"""The acknowledgements in the Email Queue, as messages, oldest first."""
	replies = frappe.get_all("Communication", {"communication_type": "Automated Message"}, pluck="name")
	return [
		email.message_from_string(message, policy=email.policy.default)
		for message in frappe.get_all(
			"Email Queue", {"communication": ("in", replies)}, pluck="message", order_by="creation asc"
		)
	]


def interaction_of(message):
	return frappe.get_doc(INTERACTION, message.client_interaction)


def text_of(message):
	return message.get_body(("html",)).get_content()


def test_an_acknowledgement_that_would_not_be_sent_is_none(make_template, deliver):
	make_template()
	unsubscribed = {"doctype": "Email Unsubscribe", "email": ANNA, "global_unsubscribe": 1}
	frappe.get_doc(unsubscribed).insert(ignore_permissions=True)
	doc = interaction_of(deliver())
	assert sent() == [] and doc.acknowledge_status == "Running"
	assert "Automatic Acknowledgement" not in [row.event for row in doc.events]


@pytest.mark.parametrize(("arrived", "confirmed"), [("19 Nov 2026", 1), ("17 Nov 2026", 0)])
def test_after_some_days_a_person_should_write(deliver, make_template, account, arrived, confirmed):
	make_template()
	account.db_set(
		"client_comms_first_fetched_on", "2026-11-01 10:00:00"
	)  # and could not be fetched for days
	mail = deliver(at="2026-11-23 10:00", Received=f"by us.example; {arrived} 10:00:00 +0100")
	assert interaction_of(mail).acknowledge_status == "Breached" and len(sent()) == confirmed


def test_the_acknowledgement_is_a_reply_of_a_machine_in_the_thread(deliver, make_template, account):
	make_template()
	message = deliver()
	(mail,) = sent()
	assert account.email_id in mail["From"] and account.email_id in mail["Reply-To"]
	assert mail["Subject"] == "Re: Solar roof"
	assert mail["In-Reply-To"] == mail["References"] == "<1@client-a.example>"
	assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
	assert "Dear Anna Client, we have it." in text_of(mail)
	queue = frappe.get_last_doc("Email Queue")
	assert [row.recipient for row in queue.recipients] == [ANNA]
	assert (queue.reference_doctype, queue.reference_name) == ("Issue", message.reference_name)
	assert queue.email_account == account.name

	reply = frappe.get_doc("Communication", queue.communication)
	assert (reply.sent_or_received, reply.in_reply_to) == ("Sent", message.name)
	assert (reply.client_interaction, reply.confidentiality_level) == (
		message.client_interaction,
		"Standard",
	)


def test_other_mail_has_no_such_headers(account):
	frappe.sendmail([ANNA], subject="Hello", message="Hello", sender=account.email_id)
	assert "Auto-Submitted" not in frappe.get_last_doc("Email Queue").message


def test_the_answer_to_an_acknowledgement_continues_the_conversation(deliver, make_template):
	make_template()
	first = deliver()
	(mail,) = sent()
	second = deliver("2", "Re: Solar roof", at="2026-11-23 12:00", In_Reply_To=mail["Message-Id"])
	assert second.client_interaction == first.client_interaction
	assert second.reference_name == first.reference_name
	assert len(sent()) == 1, "once per conversation"


@pytest.mark.parametrize("counts", [1, 0])
def test_it_acknowledges_where_the_settings_say_so_and_never_answers(
	deliver, make_template, set_settings, counts
):
	set_settings(automatic_reply_acknowledges=counts)
	make_template()
	doc = interaction_of(deliver())
	assert [row.event for row in doc.events][-1] == "Automatic Acknowledgement"
	assert doc.acknowledge_status == ("Met" if counts else "Running")
	assert doc.respond_status == "Running"


def test_erpnext_does_not_take_it_for_the_first_response(deliver, make_template):
	make_template()
	issue = frappe.get_doc("Issue", deliver().reference_name)
	assert not issue.first_responded_on and issue.status == "Open"
	assert not frappe.db.exists("Communication", {"reference_name": issue.name, "sent_or_received": "Sent"})


def test_a_second_delivery_of_the_message_sends_nothing(deliver, make_template):
	make_template()
	deliver()
	deliver()
	assert len(sent()) == 1


def test_a_closed_conversation_that_continues_gets_no_second_one(deliver, make_template, clock_at):
	from client_comms import api

	make_template()
	first = deliver()
	with clock_at("2026-11-24 10:00"):
		api.answer(first.client_interaction)
		api.close(first.client_interaction)
	deliver("2", "Re: Solar roof", at="2026-11-25 10:00", In_Reply_To="<1@client-a.example>")
	assert len(sent()) == 1


@pytest.mark.parametrize(
	"message",
	[
		{"Auto_Submitted": "auto-replied"},
		{"Precedence": "bulk"},
		{"List_Id": "<news.client-a.example>"},
		{"sender": "MAILER-DAEMON@client-a.example"},
		{"sender": "no-reply@client-a.example"},
		{"sender": f"Fiona <fiona@{DOMAIN}>"},
	],
	ids=lambda message: "-".join(message),
)
def test_machines_and_staff_get_none(deliver, make_template, message):
	make_template()
	deliver(**message)
	assert sent() == []


def test_a_web_form_is_answered_to_the_person_behind_it(deliver, make_template):
	make_template()
	deliver(sender="no-reply@forms.example", Reply_To=ANNA)
	queue = frappe.get_last_doc("Email Queue")
	assert len(sent()) == 1 and [row.recipient for row in queue.recipients] == [ANNA]


def test_a_type_that_expects_no_reply_gets_none(deliver, make_template, set_settings):
	make_template()
	set_settings(default_communication_type="Service Update")
	deliver()
	assert sent() == []


def test_off_as_shipped_settings_have_it(deliver, make_template, set_settings):
	make_template()
	set_settings(send_acknowledgement=0)
	deliver()
	assert sent() == []


@pytest.mark.parametrize("ours", [1, 0])
def test_not_beside_the_confirmation_of_another_app(
	account, deliver, make_template, set_settings, monkeypatch, clock_at, ours
):
	"""Frappe Helpdesk writes to the sender while it makes a ticket of the email, before the email is stored."""
	set_settings(send_acknowledgement=ours, automatic_reply_acknowledges=1)
	make_template()

	def confirm(issue):
		frappe.sendmail(
			[issue.raised_by],
			sender=account.email_id,
			subject="We have received your request",
			message="We have.",
			reference_doctype="Issue",
			reference_name=issue.name,
		)

	monkeypatch.setattr(Issue, "after_insert", confirm, raising=False)
	message = deliver()
	(queued,) = frappe.get_all("Email Queue", {"reference_name": message.reference_name}, pluck="name")
	doc = interaction_of(message)
	assert [row.event for row in doc.events] == ["Logged", "Received", "Automatic Acknowledgement"]
	assert doc.acknowledge_status == "Met"
	with clock_at("2026-11-23 10:30"):
		frappe.get_doc("Email Queue", queued).update_status(status="Error", error="No such host")
	assert interaction_of(message).acknowledge_status == "Running"


def test_not_beside_an_auto_reply_of_the_email_account(deliver, make_template, account):
	make_template()
	account.db_set("enable_auto_reply", 1)
	frappe.clear_document_cache("Email Account", account.name)
	deliver()
	assert sent() == []


@pytest.fixture
def anna(make_client):
	"""Anna as the contact of a customer who reads German."""
	return make_client("Client A", ANNA, {"first_name": "Anna"}, language="de")


@pytest.mark.parametrize(
	("preference", "expected"),
	[
		({"channels_not_to_use": [{"channel": "Email"}]}, 0),
		({"channels_not_to_use": [{"channel": "Phone"}]}, 1),
		({"channels": [{"channel": "Phone"}]}, 1),
	],
	ids=["never by email", "never by phone", "rather by phone"],
)
def test_not_by_email_to_who_does_not_want_email(deliver, make_template, anna, preference, expected):
	make_template()
	frappe.get_doc({"doctype": "Communication Preference", **anna, **preference}).insert()
	deliver()
	assert len(sent()) == expected


@pytest.mark.parametrize(
	("preferred", "text"), [(None, "Guten Tag"), ("fr", "Good day"), ("de-AT", "Guten Tag")]
)
def test_in_the_language_of_the_client(deliver, make_template, anna, preferred, text):
	if preferred == "de-AT" and not frappe.db.exists("Language", "de-AT"):
		frappe.get_doc(
			{"doctype": "Language", "language_code": "de-AT", "language_name": "Österreichisch"}
		).insert()
	make_template("Receipt", "en", "<p>Good day</p>")
	make_template("Eingang", "de", "<p>Guten Tag</p>")
	if preferred:
		frappe.get_doc({"doctype": "Communication Preference", **anna, "language": preferred}).insert()
	deliver()
	assert text in text_of(sent()[0])


def test_only_an_approved_text_is_sent(deliver, make_template):
	template = make_template()
	frappe.db.set_value("Email Template", template.email_template, "response", "<p>Changed</p>")
	deliver()
	assert sent() == []


def test_not_about_what_is_more_confidential_than_the_template(deliver, make_template):
	make_template(highest_level="Standard")
	deliver(subject="Complaint about the noise")
	assert sent() == []
	deliver("2", "Another roof")
	assert len(sent()) == 1


@pytest.mark.parametrize(
	("name", "language", "text"),
	[
		(
			"Acknowledgement of Receipt",
			"en",
			"You will have our answer by Wednesday, 25 November 2026, 17:00.",
		),
		("Eingangsbestätigung", "de", "Sie erhalten unsere Antwort bis Mittwoch, 25. November 2026, 17:00."),
		(
			"Accusé de réception",
			"fr",
			"Notre réponse vous parviendra au plus tard le mercredi 25 novembre 2026, 17:00.",
		),
	],
)
def test_the_shipped_texts_can_be_approved_and_sent(deliver, anna, name, language, text):
	frappe.get_doc({"doctype": "Communication Preference", **anna, "language": language}).insert()
	template = frappe.get_doc("Communication Template", name)
	assert template.status == "Draft", "nothing is sent unasked"
	template.approve()
	doc = interaction_of(deliver())
	content = text_of(sent()[0])
	assert text in content and doc.name in content and "{" not in content.split("<body")[1]


def test_what_the_client_wrote_is_not_markup(deliver, make_template):
	make_template(response="<p>About {{ subject }}, by {{ respond_by }}</p>")
	deliver(subject="5 < 6 & more <img src=/x>")
	text = text_of(sent()[0])
	assert "About 5 &lt; 6 &amp; more &lt;img" in text and "<img" not in text
	assert "Wednesday, 25 November 2026, 17:00" in text


def test_it_names_the_time_where_the_company_has_its_business(deliver, make_template, business_in):
	"""17:00 in Los Angeles, and not 02:00 of the next day in the zone of the site."""
	business_in("America/Los_Angeles")
	make_template(response="<p>Received {{ occurred_on }}, answered by {{ respond_by }}</p>")
	deliver()
	text = text_of(sent()[0])
	assert "Monday, 23 November 2026, 01:00" in text and "Wednesday, 25 November 2026, 17:00" in text


def test_a_failure_loses_neither_message_nor_interaction(deliver, make_template, monkeypatch, errors):
	def fail(*args, **kwargs):
		raise RuntimeError("the queue is broken")

	make_template()
	monkeypatch.setattr(frappe, "sendmail", fail)
	doc = interaction_of(deliver())
	assert [row.event for row in doc.events] == ["Logged", "Received"]
	(error,) = errors()
	assert "the queue is broken" in error
	assert not frappe.db.exists("Communication", {"communication_type": "Automated Message"})


def test_two_machines_do_not_write_to_each_other_for_ever(deliver, make_template, monkeypatch):
	monkeypatch.setattr(acknowledgement, "A_DAY_TO_AN_ADDRESS", 2)
	make_template()
	for number in ("1", "2", "3"):
		deliver(number, f"Ticket {number} opened")
	assert len(sent()) == 2


def stored_twice(deliver, subject):
	frappe.db.commit()
	deliver("1", subject)
	assert len(sent()) == 1
	frappe.db.rollback()  # such as after a deadlock
	assert len(sent()) == 0
	deliver("1", subject)


def test_the_subject_of_a_message_that_was_undone_was_not_confirmed(deliver, make_template):
	make_template()
	stored_twice(deliver, "Re: Solar roof")
	assert len(sent()) == 1


def test_a_confirmation_that_was_undone_does_not_count_for_the_day(deliver, make_template, monkeypatch):
	monkeypatch.setattr(acknowledgement, "A_DAY_TO_AN_ADDRESS", 1)
	make_template()
	stored_twice(deliver, "Solar roof")
	assert len(sent()) == 1
	frappe.db.commit()
	deliver("2", "Another question")
	assert len(sent()) == 1


def test_a_client_who_writes_every_day_is_answered_every_day(deliver, make_template, monkeypatch):
	monkeypatch.setattr(acknowledgement, "A_DAY_TO_AN_ADDRESS", 2)
	make_template()
	for day in (24, 25):
		for hour in (10, 11, 12):
			deliver(f"{day}{hour}", f"Question of {hour} on the {day}th", at=f"2026-11-{day} {hour}:00")
		assert len(sent()) == 2 * (day - 23)


def test_a_machine_that_answers_a_confirmation_gets_no_second_one(account, deliver, make_template):
	account.append_to = None  # so that each message is a conversation of its own
	make_template()
	deliver("1", "Solar roof")
	deliver("2", "Re: Solar roof")  # it refers to nothing, and does not say what it is
	assert len(sent()) == 1
	deliver("3", "Solar roof")  # an inquiry of its own
	assert len(sent()) == 2
