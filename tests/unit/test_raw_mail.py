"""Emails as they arrive are read in time and memory that follow their size (D-1)."""

import time
from email import message_from_bytes

import pytest

from client_comms.rules import addresses, raw_mail

pytestmark = pytest.mark.clause("D-1")

HEAD = b"From: anna@client-a.example\nContent-Type: multipart/mixed; boundary=b0\n\n"


@pytest.mark.parametrize(
	("text", "slow"),
	[
		("Please send an offer.\n", False),
		("On Monday we can.\n" * 50, False),
		("On Monday, Anna wrote:\n> Hello\n" * 20, False),
		("On " * 3_333, True),
		("On Monday we can.\n" * 5_000, True),
		("Please send an offer.\n" * 100_000, True),
	],
)
def test_texts_that_take_long_to_search_for_quotations(text, slow):
	assert raw_mail.is_slow(text) == slow


@pytest.mark.parametrize(
	("html", "slow"),
	[
		("<p>Please send an <b>offer</b>.</p><br>" * 5_000, False),
		("<p>Please send an offer.</p>" * 20_000, True),
		("Please<br/>send an offer.<BR>" * 5_000, True),
		("<div>" * 600 + "<blockquote>" * 600, False),
		("<b>Please " * 1_000, True),
		("<b>Please " * 1_000 + "</b>" * 1_000, True),
		("<ul><li>" * 10_000, True),
		("<blockquote>" * 10_000, True),
		("</div>" * 10_000 + "<div>" * 10_000, True),
		("</b>" * 1_000 + "<b>Please " * 1_000, True),
		("<tr><td>Please<td>send<p>an offer" * 5_000, False),
		("5 < 6" * 100, False),
	],
)
def test_html_that_takes_long_to_clean(html, slow):
	assert raw_mail.is_slow_html(html) == slow


def test_parts_without_end_are_not_read():
	dust = HEAD + b"--b0\n\nx\n" * 500_000
	began = time.process_time()
	assert raw_mail.has_too_many_parts(dust)
	assert raw_mail.text_of(dust).startswith("--b0")
	assert time.process_time() - began < 2
	assert not raw_mail.has_too_many_parts(HEAD + b"--b0\n\nx\n" * 100)


def test_a_deeply_nested_email_has_a_text():
	nested = b"".join(
		b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(1000)
	)
	assert "b999" in raw_mail.text_of(HEAD + nested)


@pytest.mark.parametrize(
	("charset", "content", "text"),
	[
		("us-ascii", "Grüße".encode("cp1252"), "Grüße"),
		("klingon", "Grüße".encode(), "Grüße"),
		("utf-8", b"It \0 leaks", "It  leaks"),
	],
)
def test_a_lying_charset_loses_no_text(charset, content, text):
	raw = b"From: a@b.example\nContent-Type: text/plain; charset=" + charset.encode() + b"\n\n" + content
	assert raw_mail.text_of(raw) == text


ZIP = (
	b"Content-Type: application/zip\nContent-Disposition: attachment; filename=plan.zip\n\nUEsDBA==\n--b0--\n"
)
PARTS = {
	"only a file": (HEAD + b"--b0\n" + ZIP, ""),
	"a picture without a text": (b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n", ""),
	"HTML": (
		b"Content-Type: text/html\n\n<p>The roof<br>leaks.</p><p>&lt;Anna&gt;",
		"The roof\nleaks.\n\n<Anna>",
	),
	"HTML that says nothing": (
		HEAD + b"--b0\n\nThe roof leaks.\n--b0\nContent-Type: text/html\n\n<img src=x>\n--b0--\n",
		"The roof leaks.",
	),
	"an invitation": (b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n", "BEGIN:VCALENDAR\n"),
	"a text below a file": (
		HEAD + b"--b0\n" + ZIP.replace(b"--b0--", b"--b0\n\nSee the plan.\n--b0--"),
		"See the plan.",
	),
	"a boundary that never comes": (HEAD + b"The roof leaks.\n", "The roof leaks.\n"),
	"nothing but headers": (b"Content-Type: multipart/mixed; boundary=b0\nSubject: Roof", ""),
}


@pytest.mark.parametrize("which", PARTS)
def test_what_is_not_text_is_not_read_as_text(which):
	raw, text = PARTS[which]
	assert raw_mail.text_of(b"From: a@b.example\n" + raw) == text


@pytest.mark.parametrize(
	("header", "text"),
	[
		("=?utf-8?q?Gr=C3=BC=C3=9Fe?= aus Köln", "Grüße aus Köln"),
		("Čeština =?utf-8?q?Gr=C3=BC=C3=9Fe?= ♥", "Čeština Grüße ♥"),
		("=?klingon?q?Gr=C3=BC=C3=9Fe?= ♥", "Grüße ♥"),
		(r"=?utf-8?q?C:?= \users\anna", r"C: \users\anna"),
	],
)
def test_letters_beside_an_encoded_word_stay(header, text):
	assert raw_mail.decoded(header) == text


def recipients(header):
	return raw_mail.unencoded_addresses(message_from_bytes(f"To: {header}\n\nx".encode()), "To")


@pytest.mark.parametrize(
	("header", "text"),
	[
		("=?utf-8?q?M=C3=BCller=2C_Anna?= <a@x>, Käthe <b@x>", '"Müller, Anna" <a@x>, Käthe <b@x>'),
		('"Weiß, \\"Bo\\"" <a@x>,\n b@x', '"Weiß, \\"Bo\\"" <a@x>, b@x'),
		("=?utf-8?q?M=C3=BC?=\n =?utf-8?q?ller?= <a@x>, Weiß <b@x>", "Müller <a@x>, Weiß <b@x>"),
		("Käthe", "Käthe"),
		("Käthe <>, b@x", "Käthe <>, b@x"),
		("Anna <a@x>", ""),  # Frappe reads it
	],
)
def test_a_comma_in_an_encoded_name_makes_no_other_recipient(header, text):
	assert recipients(header) == text
	assert recipients(text) in (text, "")


@pytest.mark.parametrize(
	"header",
	[
		"(" * 10_000 + "ü@x" + ")" * 10_000,
		"ü:" * 50_000,
		"ü,,;<",
		"Käthe " + "<" * 50_000,
		", ".join(f"=?utf-8?q?M=C3=BC=2C?= {n}ü <a{n}@x>" for n in range(10_000)),
	],
	ids=lambda header: header[:5],
)
def test_odd_recipients_are_read_soon(header):
	started = time.process_time()
	assert "ü" in recipients(header) or "ä" in recipients(header)
	assert time.process_time() - started < 5


@pytest.mark.parametrize(
	("header", "found"),
	[
		("Weiß Anna anna@client-a.example", ("anna@client-a.example",)),
		('"anna meyer"@client-a.example', ('"anna meyer"@client-a.example',)),
		("Anna <anna@client-a.example>, Bo bo@client-b.example", ("anna@client-a.example",)),
		("<Anna Client>", ()),
	],
)
def test_a_name_before_an_address_without_brackets_is_not_part_of_it(header, found):
	assert addresses.in_header(header) == found


BROKEN = ("=?utf-7?q?+2AA-?=", "=?utf-8?q?x?= \ud800", "\udce9", "=?unicode_escape?q?=5Cud800?=")


@pytest.mark.parametrize("value", BROKEN)
def test_what_is_read_of_an_email_can_be_stored(value):
	raw_mail.decoded(value).encode()
	for address in (*addresses.in_header(f"{value} <a{value}@x.example>"), addresses.first(value)):
		address.encode()
	for name, address in addresses.parsed(f"{value} <a@x.example>"):
		(name + address).encode()


def test_a_body_in_utf_7_can_be_stored():
	raw = b"Content-Type: text/plain; charset=utf-7\n\nRoof +2AA- leaks, +2D3eAA-"
	assert raw_mail.text_of(raw) == "Roof \ufffd leaks, \U0001f600"
	html = b"Content-Type: text/html; charset=utf-7\n\n<p>Roof +2AA- leaks</p>"
	assert raw_mail.text_of(html) == "Roof \ufffd leaks"


@pytest.mark.parametrize(
	("value", "expected"),
	[
		("=?utf-8?q?Offer?= for C:\\u0041\\u4e2d", "Offer for C:\\u0041\\u4e2d"),
		("=?utf-8?q?Offer?= für 中文 \U0001f600", "Offer für 中文 \U0001f600"),
		("=?utf-8?q?Offer?= \\Uffffffff", "Offer \\Uffffffff"),
	],
)
def test_letters_beside_an_encoded_word_are_those_of_the_header(value, expected):
	assert raw_mail.decoded(value) == expected
