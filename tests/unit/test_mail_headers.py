"""Which message a mail answers, which document it names, and when it reached us."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.mail_headers import (
	Headers,
	document_names,
	normalise_subject,
	readable_subject,
	received_at,
	reply_ids,
)

pytestmark = pytest.mark.clause("D-1", "C-3")


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
		({"Received": "(qmail 7 invoked by uid 0); 24 Nov 2026 11:00:00 -0000"}, None, "2026-11-24 11:00"),
		({"Received": "a by b; 24 Nov 2026 11:00:00 -0000 (UTC)"}, None, "2026-11-24 11:00"),
		({"Received": "a by b; 24 Nov 2026 11:00:00"}, None, "2026-11-24 12:00"),
		({"Received": "a by b; Thu, 01 Jan 1970 00:00:00 +0000"}, None, "2026-11-24 12:00"),
		(
			{"Received": "a by b; Fri, 01 Jan 1904 00:00:00 +0000"},
			moment("2026-11-24 10:00"),
			"2026-11-24 10:00",
		),
	],
)
def test_a_message_is_received_when_our_server_took_it_in(headers, written, expected):
	assert received_at(headers, written, FETCHED) == moment(expected)


@pytest.mark.parametrize(
	("subject", "expected"),
	[
		("<Solar roofs>", "‹Solar roofs›"),
		("<---- now ---->", "‹---- now ----›"),
		("Order <17>", "Order <17>"),
		("a < b", "a < b"),
		("", ""),
		(None, ""),
	],
)
def test_a_subject_is_not_taken_for_html_alone(subject, expected):
	assert readable_subject(subject) == expected


def test_headers_are_found_in_any_case_and_all_writers_are_named():
	headers = Headers(
		[("From", "anna@x.example"), ("FROM", "eve@y.example"), ("Received", "ours"), ("received", "theirs")]
	)
	assert headers["from"] == headers.get("From") == "anna@x.example, eve@y.example"
	assert headers["RECEIVED"] == "ours" and "Date" not in headers and headers.get("Date") is None
	assert list(headers) == ["from", "received"] and len(headers) == 2
