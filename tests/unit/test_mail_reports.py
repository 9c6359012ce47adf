"""What the parts of an email tell: delivery reports and answers to invitations."""

import base64
import quopri
from email import message_from_bytes, message_from_string

import pytest

from client_comms.rules import raw_mail
from client_comms.rules.automatic_mail import AUTO_REPLY, BOUNCE, CALENDAR, automatic_kind
from client_comms.rules.mail_reports import reported_id, returned_ids

pytestmark = pytest.mark.clause("D-1", "C-3")


@pytest.mark.parametrize(
	"kind", ["text/rfc822-headers", "message/rfc822", "message/global", "message/global-headers"]
)
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
	assert returned_ids(report.walk()) == ("sent@nordlicht.example",)
	assert reported_id(report) == "sent@nordlicht.example"


def test_an_email_with_another_one_attached_reports_nothing():
	forwarded = message_from_string("""From: anna@client-a.example
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: message/rfc822

Message-ID: <sent@nordlicht.example>

Hello
--b--
""")
	assert returned_ids(forwarded.walk()) == ("sent@nordlicht.example",) and reported_id(forwarded) == ""


def test_what_is_not_a_report_returns_nothing():
	assert returned_ids(message_from_string("Message-ID: <a@x>\n\nHello <b@x>").walk()) == ()


RETURNED = b"Message-ID: <sent@nordlicht.example>\nSubject: Offer\n"
ENCODED = {"base64": base64.encodebytes(RETURNED), "quoted-printable": quopri.encodestring(RETURNED)}


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize(
	"kind", ["text/rfc822-headers", "message/rfc822", "message/global", "message/global-headers"]
)
def test_what_a_report_returns_can_be_encoded(kind, encoding):
	report = message_from_bytes(
		b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: "
		+ f"{kind}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
		+ ENCODED[encoding]
		+ b"\n--b--\n"
	)
	assert reported_id(report) == "sent@nordlicht.example"


def report(*actions, kind="message/delivery-status"):
	told = "\n\n".join(f"Final-Recipient: rfc822; ada@client-a.example\nAction: {each}" for each in actions)
	return (
		"From: MAILER-DAEMON@mx.example\nSubject: Delivery Status Notification\n"
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
		f"--b\nContent-Type: {kind}\n\nReporting-MTA: dns; mx.example\n\n{told}\n\n--b--\n"
	).encode()


@pytest.mark.parametrize("kind", ["message/delivery-status", "message/global-delivery-status"])
@pytest.mark.parametrize(
	("actions", "expected"),
	[
		(("failed",), BOUNCE),
		(("delayed",), BOUNCE),
		((), BOUNCE),
		(("delivered",), AUTO_REPLY),
		(("relayed (to a server that confirms nothing)", "Expanded"), AUTO_REPLY),
		(("delivered", "failed"), BOUNCE),
	],
)
def test_a_report_of_success_tells_of_no_failure(kind, actions, expected):
	raw = report(*actions, kind=kind)
	for headers in (raw_mail.all_headers_of(raw), raw_mail.headers_in(message_from_bytes(raw))):
		assert automatic_kind(headers, headers["From"], headers["Subject"]) == expected


def invitation(method, *, in_header=True, is_alone=False):
	parameter = f"; method={method}" if in_header else ""
	calendar = f"Content-Type: text/calendar{parameter}; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:{method}\nEND:VCALENDAR\n"
	head = "From: anna@client-a.example\nSubject: Accepted: Roof\n"
	if is_alone:
		return (head + calendar).encode()
	return f"{head}Content-Type: multipart/alternative; boundary=b\n\n--b\n{calendar}\n--b--\n".encode()


@pytest.mark.parametrize("shape", [{}, {"in_header": False}, {"is_alone": True}])
@pytest.mark.parametrize(
	("method", "expected"),
	[("REPLY", CALENDAR), ("reply", CALENDAR), ("COUNTER", None), ("REQUEST", None), ("CANCEL", None)],
)
def test_only_an_answer_to_an_invitation_is_one_of_a_calendar(shape, method, expected):
	headers = raw_mail.all_headers_of(invitation(method, **shape))
	assert automatic_kind(headers, headers["From"], headers["Subject"]) == expected


def test_headers_of_an_email_do_not_pass_for_what_its_parts_tell():
	raw = b"From: anna@client-a.example\ncalendar method: REPLY\nSubject: Roof\n\nHello"
	assert automatic_kind(raw_mail.all_headers_of(raw), "anna@client-a.example", "Roof") is None
