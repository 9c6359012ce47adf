"""What identifies a client is replaced as a whole word and nowhere else (P-2)."""

import json
import unicodedata
from email import message_from_string
from email.policy import SMTP

import pytest

from client_comms.rules import erased_texts

pytestmark = pytest.mark.clause("P-2")


@pytest.mark.parametrize(
	("marker", "text", "left"),
	[
		("Order Item", "Sales Order Item", "Sales [erased]"),
		("Order Item", "Sales Order Items", "Sales Order Items"),
		("rder Item", "Sales Order Item", "Sales Order Item"),
		("Maria Smith", "Anna-Maria Smith", "Anna-Maria Smith"),
		("Maria Smith", "Maria Smith-Jones", "Maria Smith-Jones"),
		("Maria Smith", "Maria Smith-1 and Maria Smith-22", "[erased]-1 and [erased]-22"),
		("Maria Smith", "APMT-Maria Smith-0001", "APMT-Maria Smith-0001"),
		("Maria Smith", "- MARIA SMITH, yesterday", "- [erased], yesterday"),
		("Maria Smith", "<b>Maria Smith</b>", "<b>[erased]</b>"),
		("Tom & Ann", "With Tom &amp; Ann.", "With [erased]."),
		("Pat O'Neil", "With Pat O&#39;Neil.", "With [erased]."),
		("anna@x.example", "johanna@x.example", "johanna@x.example"),
		("anna@x.example", "jo.anna@x.example", "jo.anna@x.example"),
		("anna@x.example", "anna@x.example.org", "anna@x.example.org"),
		(
			"anna@x.example",
			"Write to <anna@x.example>, or anna@x.example.",
			"Write to <[erased]>, or [erased].",
		),
		("+49 30 1234567", "+49 30 12345678", "+49 30 12345678"),
		("+49 30 1234567", "tel:+49 30 1234567", "tel:[erased]"),
		("Maria Smith", "maria smith", None),
		(
			"Maria Smith",
			'<a href="/files/For%20Maria%20Smith%20today.txt">',
			'<a href="/files/For%20[erased]%20today.txt">',
		),
		("Maria Smith", "/files/Maria Smith1f3a5c.txt", "/files/[erased]1f3a5c.txt"),
		("Maria Smith", "/files/Maria Smith1f3a5c", "/files/[erased]1f3a5c"),
		("Maria Smith", "/files/Maria Smith_small.png", "/files/[erased]_small.png"),
		("Maria Smith", "/files/Maria Smith1f3a5c_small.png", "/files/[erased]1f3a5c_small.png"),
		("Maria Smith", "/files/Offer_Maria_Smith.pdf", "/files/Offer_[erased].pdf"),
		("Maria Smith", "From: Smith, Maria <", "From: [erased] <"),
		("Bert van Other", "van Other, Bert and Other, Bert van", "[erased] and [erased]"),
		("Maria Smith", "/files/Smith%2C%20Maria.pdf", "/files/[erased].pdf"),
		("Maria Smith", "Smith, Marianne", "Smith, Marianne"),
		("+49 30 1234567", "30 1234567, +49", "30 1234567, +49"),
		("Maria Smith", "_Maria Smith_ asks", "_[erased]_ asks"),
		("Maria Smith", "/files/Anna_Maria Smith-Jones.png", "/files/Anna_Maria Smith-Jones.png"),
		("anna@x.example", "jo_anna@x.example", "jo_anna@x.example"),
		("Maria Smith", "/files/Maria Smithson.txt", "/files/Maria Smithson.txt"),
		("Zoë Müller", "/files/Zo%C3%AB%20M%C3%BCller.txt", "/files/[erased].txt"),
		("+49 30 1234567", "/files/%2B49%2030%201234567.txt", "/files/[erased].txt"),
		("anna@x.example", "/files/To%20anna%40x.example.txt", "/files/To%20[erased].txt"),
		("anna@x.example", "/files/anna@x.example1f3a5c_small.PNG", "/files/[erased]1f3a5c_small.PNG"),
		("anna@x.example", "anna@x.example.pdfs.org", "anna@x.example.pdfs.org"),
		("anna@x.com", "anna@x.com.py", "anna@x.com.py"),
		("anna@x.example", "mailto:anna%40x.example?subject=Hello", "mailto:[erased]?subject=Hello"),
	],
)
def test_only_whole_words_are_replaced(marker, text, left):
	assert erased_texts.without(text, erased_texts.pattern([marker])) == left


def test_numbers_with_a_name_are_found():
	numbers = ["APMT-MARIA SMITH-0001", "APMT-Mario Smith-0001", "Anna-Maria Smith"]
	assert erased_texts.naming(numbers, ["Maria Smith", "maria@x.example"]) == {numbers[0], numbers[2]}
	assert erased_texts.naming(numbers, []) == set()


def test_a_text_is_found_in_json():
	stored = json.dumps({"note": "Called\nMaria Smith\u201d and \u201cMaria Smith", "name": "Jürgen Groß"})
	found = erased_texts.pattern(["Maria Smith", "Jürgen Groß"])
	assert json.loads(erased_texts.without(stored, found)) == {
		"note": "Called\n[erased]\u201d and \u201c[erased]",
		"name": "[erased]",
	}


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_a_letter_and_its_accent_are_found_as_one_sign_or_two(stored, written):
	"""Some systems write names of files, and what is copied from them, in two (Unicode, annex 15)."""
	name, text = (
		unicodedata.normalize(stored, "Zoë Müller"),
		unicodedata.normalize(written, "Dear ZOË MÜLLER!"),
	)
	found = erased_texts.pattern([name])
	assert erased_texts.without(text, found) == "Dear [erased]!"
	assert erased_texts.without(json.dumps(text), found) == '"Dear [erased]!"'
	assert unicodedata.normalize(written, name) in erased_texts.forms(name)


def test_a_name_is_not_replaced_inside_of_a_longer_marker():
	found = erased_texts.pattern(["Maria Smith", "Maria Smith-Maria Smith"])
	assert erased_texts.without("See Maria Smith-Maria Smith", found) == "See [erased]"


def test_nothing_is_found_without_texts():
	assert not erased_texts.pattern([]).search("Maria Smith")


MAIL = """Subject: =?utf-8?q?F=C3=BCr_Zo=C3=AB_M=C3=BCller?=
To: =?utf-8?b?Wm/DqyBNw7xsbGVy?= <zoe@x.example>
Content-Type: multipart/mixed; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Dear Zo=C3=AB M=C3=
=BCller
--b
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PHA+Wm/DqyBNw7xsbGVyPC9wPg==
--b--
"""


NAMES = erased_texts.pattern(["Zoë Müller", "zoe@x.example"])


def test_in_an_email_it_is_found_however_it_is_encoded():
	left, has_unread = erased_texts.mail_without(MAIL, NAMES)
	assert not has_unread
	read = message_from_string(left, policy=SMTP)
	assert read["Subject"] == "Für [erased]" and "zoe" not in str(read["To"]).lower()
	assert [part.get_content().strip() for part in read.iter_parts()] == ["Dear [erased]", "<p>[erased]</p>"]


# An email from outside, of parts in parts.
DEEP = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(2_000))


@pytest.mark.parametrize(
	("message", "has_unread"),
	[
		(MAIL, False),
		(DEEP, True),
		("", False),
		("no email", False),
		(MAIL.replace('"utf-8"', '"no-such-charset"'), True),
		("Subject: a\x00\n\n\udcff", False),
	],
)
def test_an_email_without_it_or_that_cannot_be_read_stays_as_it_is(message, has_unread):
	found = erased_texts.pattern(["Bert Other"])
	assert erased_texts.mail_without(message, found) == (message, has_unread)


def test_a_part_that_cannot_be_read_keeps_no_other_from_erasure():
	"""Of an unknown character set, what is written in plain letters goes as well, and the rest is told of."""
	unknown = """--b
Content-Type: text/plain; charset="no-such-charset"

Anna Plain
--b
Content-Type: text/plain; charset="no-such-charset"
Content-Transfer-Encoding: base64

{}
--b--
"""
	plain, other = (unknown.format(text) for text in ("QW5uYSBQbGFpbg==", "WvNhIE38bGxlcg=="))
	found = erased_texts.pattern(["Zoë Müller", "zoe@x.example", "Anna Plain"])
	for parts, has_unread in ((plain, False), (other, True)):
		left, told = erased_texts.mail_without(MAIL.replace("--b--\n", parts), found)
		read = message_from_string(left, policy=SMTP)
		assert read["Subject"] == "Für [erased]" and "zoe" not in str(read["To"]).lower()
		texts = [part.get_payload(decode=True).decode(errors="replace").strip() for part in read.iter_parts()]
		assert texts[:3] == ["Dear [erased]", "<p>[erased]</p>", "[erased]"]
		assert (texts[3] == "[erased]") is not has_unread
		assert told is has_unread


def test_of_headers_that_take_long_what_is_written_plainly_is_erased():
	"""Such as that of someone who wants no one to be erased any more; a circular can have long ones as well."""
	others = ",\n ".join(f"Person {number} <{number}@x.example>" for number in range(400))
	for name, left, is_encoded in (
		("Zoë\n Müller", "[erased]", False),
		("=?utf-8?q?Zo=C3=AB_M=C3=BCller?=", "=?utf-8?q?Zo=C3=AB_M=C3=BCller?=", True),
	):
		message = f"From: Bert <bert@x.example>\nTo: {others}, {name} <zoe@x.example>\nSubject: =?utf-8?q?Zo=C3=AB_M=C3=BCller?=\n\nzoe@x.example\n"
		erased, has_unread = erased_texts.mail_without(message, NAMES)
		assert has_unread == is_encoded
		headers = message_from_string(erased)
		assert headers["To"].endswith(f"<399@x.example>, {left} <[erased]>")
		assert headers["From"] == "Bert <bert@x.example>" and "[erased]" in erased.partition("\n\n")[2]
		assert headers["Subject"] == "[erased]"
	message = 'Content-Type: text/plain; x="' + ',"' * 20_000 + "\n\nZoë Müller\n"
	assert erased_texts.mail_without(message, NAMES) == (message, True)
