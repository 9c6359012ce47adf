"""Who wrote a mail, a person or a machine, and which message it answers."""

from datetime import UTC, datetime
from email import message_from_string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.mail_signals import (
	AUTO_REPLY,
	BOUNCE,
	BULK,
	automatic_kind,
	document_names,
	normalise_subject,
	received_at,
	reply_ids,
	returned_ids,
)

pytestmark = pytest.mark.clause("D-1", "C-3")

PERSON = "Ada Lang <ada@client-a.example>"


@pytest.mark.parametrize(
	("headers", "kind"),
	[
		({}, None),
		({"Auto-Submitted": "no"}, None),
		({"Auto-Submitted": "no (by hand)"}, None),
		({"Auto-Submitted": ""}, None),
		({"Auto-Submitted": "auto-replied"}, AUTO_REPLY),
		({"auto-submitted": "Auto-Replied; owner-email=x@y.example"}, AUTO_REPLY),
		({"AUTO-SUBMITTED": "auto-generated"}, AUTO_REPLY),
		({"Auto-Submitted": "auto-generated", "List-Id": "<news.shop.example>"}, BULK),
		({"X-Auto-Response-Suppress": "All"}, None),
		({"X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply"}, None),
		({"X-Autoreply": "yes"}, AUTO_REPLY),
		({"X-AutoReply": "no"}, None),
		({"X-Autorespond": "Gone fishing"}, AUTO_REPLY),
		({"Precedence": "auto_reply"}, AUTO_REPLY),
		({"Precedence": "bulk"}, BULK),
		({"Precedence": "List"}, BULK),
		({"Precedence": "junk"}, BULK),
		({"Precedence": "first-class"}, None),
		({"Precedence": "bulk", "X-Autoreply": "yes"}, AUTO_REPLY),
		({"List-Id": "News <news.shop.example>"}, BULK),
		({"List-Unsubscribe": "<https://shop.example/u>"}, BULK),
		({"Return-Path": "<>"}, BOUNCE),
		({"Return-Path": "<>", "Auto-Submitted": "auto-replied"}, AUTO_REPLY),
		({"Return-Path": "<ada@client-a.example>"}, None),
		({"X-Failed-Recipients": "ada@client-a.example"}, BOUNCE),
		({"Content-Type": 'multipart/report; boundary="b"; report-type=delivery-status'}, BOUNCE),
		({"Content-Type": 'multipart/report; report-type="disposition-notification"'}, AUTO_REPLY),
		({"Content-Type": "Multipart/Report"}, AUTO_REPLY),
		({"Content-Type": "multipart/mixed; boundary=report-type=delivery-status"}, None),
	],
)
def test_headers_tell_machines_from_people(headers, kind):
	assert automatic_kind(headers, PERSON, "Offer for a roof in Kiel") == kind


def test_content_type_argument_wins_over_the_header():
	headers = {"Content-Type": "text/plain"}
	report = "multipart/report; report-type=delivery-status"
	assert automatic_kind(headers, PERSON, "x", report) == BOUNCE


@pytest.mark.parametrize(
	("sender", "kind"),
	[
		("MAILER-DAEMON@mx.client-a.example", BOUNCE),
		("Mail Delivery System <mailer-daemon@mx.example>", BOUNCE),
		("postmaster@client-a.example", BOUNCE),
		("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@client-a.example", BOUNCE),
		("noreply@shop.example", BULK),
		("Shop <no-reply@shop.example>", BULK),
		("do_not_reply@shop.example", BULK),
		("billing-noreply@shop.example", BULK),
		("nora.reply@client-a.example", None),
		("donna.otto@client-a.example", None),
		("post@client-a.example", None),
		("", None),
	],
)
def test_sender_addresses(sender, kind):
	assert automatic_kind({}, sender, "Question") == kind


def test_web_form_that_names_a_person_is_not_bulk():
	form = "Website <no-reply@nordlicht.example>"
	assert automatic_kind({"Reply-To": "Ada <ada@client-a.example>"}, form, "Contact form") is None
	assert automatic_kind({"Reply-To": "noreply@nordlicht.example"}, form, "Contact form") == BULK


def test_group_address_of_the_own_domain_passes_inquiries_on():
	headers = {
		"List-ID": "<support.nordlicht.example>",
		"List-Unsubscribe": "<mailto:groups@host.example>",
		"Precedence": "list",
	}
	assert automatic_kind(headers, PERSON, "Question") == BULK
	assert automatic_kind(headers, PERSON, "Question", own_domains=["Nordlicht.example"]) is None
	assert automatic_kind(headers, PERSON, "Question", own_domains=["licht.example"]) == BULK
	vacation = {**headers, "Auto-Submitted": "auto-replied"}
	assert automatic_kind(vacation, PERSON, "Question", own_domains=["nordlicht.example"]) == AUTO_REPLY


@pytest.mark.parametrize(
	("subject", "kind"),
	[
		("Automatic reply: Your offer", AUTO_REPLY),
		("AUTOMATIC REPLY", AUTO_REPLY),
		("Out of Office", AUTO_REPLY),
		("Out of Office: back on Monday", AUTO_REPLY),
		("Out of the office until 3 June", AUTO_REPLY),
		("Out of Office AutoReply: Your offer", AUTO_REPLY),
		("Abwesenheitsnotiz: Ihr Angebot", AUTO_REPLY),
		("Automatische Antwort: Ihr Angebot", AUTO_REPLY),
		("Re\u0301ponse automatique\u00a0: Devis", AUTO_REPLY),
		("自动答复：报价", AUTO_REPLY),
		("Undelivered Mail Returned to Sender", BOUNCE),
		("Delivery Status Notification (Failure)", BOUNCE),
		("Undeliverable: Your offer", BOUNCE),
		("Unzustellbar: Ihr Angebot", BOUNCE),
		# written by people
		("Out of office furniture: a quote, please", None),
		("Re: Automatic reply: Your offer", None),
		("Question about your automatic reply", None),
		("Undeliverable parcel at your warehouse", None),
		("Automatische Antwortzeiten", None),
	],
)
def test_subjects_are_the_last_resort(subject, kind):
	assert automatic_kind({}, PERSON, subject) == kind


@pytest.mark.parametrize(
	("subject", "expected"),
	[
		("Offer", "Offer"),
		("Re: Offer", "Offer"),
		("RE: AW: Fwd: WG: re:Offer", "Offer"),
		("Re[2]: Offer", "Offer"),
		("Re (3) : Offer", "Offer"),
		("Antwort: SV: TR: Offer", "Offer"),
		("回复：转发：报价", "报价"),
		("  Re:   Offer \r\n\t for  a roof ", "Offer for a roof"),
		("Re:", ""),
		("", ""),
		(None, ""),
		("Repairs: the roof", "Repairs: the roof"),
		("Prefix Re: Offer", "Prefix Re: Offer"),
	],
)
def test_normalise_subject(subject, expected):
	assert normalise_subject(subject) == expected


@given(st.text(), st.lists(st.sampled_from(["Re: ", "AW:", "Fwd : ", "WG: ", "RE[4]:"]), max_size=5))
def test_prefixes_never_change_the_normalised_subject(subject, prefixes):
	once = normalise_subject(subject)
	assert normalise_subject("".join(prefixes) + subject) == once
	assert normalise_subject(once) == once


@pytest.mark.parametrize(
	("headers", "ids"),
	[
		({}, ()),
		({"In-Reply-To": "<a@x>"}, ("a@x",)),
		({"in-reply-to": "<b@x>", "REFERENCES": "<a@x>\r\n\t<b@x> <c@x>"}, ("b@x", "c@x", "a@x")),
		({"References": "<a@x><b@x>"}, ("b@x", "a@x")),
		({"In-Reply-To": 'Your message of "Mon, 3 Jun" <a@x>'}, ("a@x",)),
		({"In-Reply-To": "a@x"}, ("a@x",)),
		({"References": "<very-long-\r\n id@x>"}, ("very-long-id@x",)),
		({"In-Reply-To": "(none)"}, ()),
	],
)
def test_reply_ids_nearest_first(headers, ids):
	assert reply_ids(headers) == ids


@pytest.mark.parametrize(
	("subject", "names"),
	[
		("Re: CI-2026-00012", ("CI-2026-00012",)),
		("your iss-2026-00034, please", ("ISS-2026-00034",)),
		("[CRM-OPP-2026-00056] and CI-2026-00012; CI-2026-00012", ("CRM-OPP-2026-00056", "CI-2026-00012")),
		("Invoice of 2026-11-23", ()),
		("DIN-2026", ()),
		("CI-2026-00012x", ()),
		("", ()),
		(None, ()),
	],
)
def test_names_of_documents_in_a_subject(subject, names):
	assert document_names(subject) == names


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_delivery_report_returns_the_message_it_is_about(kind):
	report = message_from_string(f"""Content-Type: multipart/report; report-type=delivery-status; boundary="b"
Message-ID: <report@mx.example>

--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; ada@client-a.example
--b
Content-Type: {kind}

Message-ID: <sent@nordlicht.example>
Subject: Offer

--b--
""")
	assert returned_ids(report) == ("sent@nordlicht.example",)


def test_what_is_no_report_returns_nothing():
	assert returned_ids(message_from_string("Message-ID: <a@x>\n\nHello <b@x>")) == ()


def moment(text):
	return datetime.fromisoformat(text).replace(tzinfo=UTC)


FETCHED = moment("2026-11-24 12:00")
STAMP = {"Received": "from a by b with esmtp id 1; Tue, 24 Nov 2026 11:00:00 +0000"}


@pytest.mark.parametrize(
	("headers", "written", "expected"),
	[
		(STAMP, moment("2026-11-20 09:00"), "2026-11-24 11:00"),
		({"received": STAMP["Received"]}, None, "2026-11-24 11:00"),
		({}, moment("2026-11-19 12:00"), "2026-11-19 12:00"),
		({}, moment("2026-11-19 11:59"), "2026-11-24 12:00"),
		({}, moment("2026-11-24 12:01"), "2026-11-24 12:00"),
		({}, None, "2026-11-24 12:00"),
		({"Received": "from a by b; no date"}, moment("2026-11-24 10:00"), "2026-11-24 10:00"),
		({"Received": "from a by b"}, None, "2026-11-24 12:00"),
		({"Received": "x; Tue, 24 Nov 2026 12:30:00 +0000"}, None, "2026-11-24 12:00"),
	],
)
def test_a_message_is_received_when_our_server_took_it_in(headers, written, expected):
	assert received_at(headers, written, FETCHED) == moment(expected)
