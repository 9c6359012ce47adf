"""Who wrote a mail: a person or a machine."""

import pytest

from client_comms.rules.automatic_mail import AUTO_REPLY, BOUNCE, BULK, automatic_kind

pytestmark = pytest.mark.clause("C-3", "C-4")

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
