"""Texts that repeat what their readers look for, in pairs and in threes, are read in time that follows their length (D-2, D-1)."""

import contextlib
import itertools
import random
import time

import pytest

from client_comms.rules import (
	erased_texts,
	html_text,
	other_people,
	placeholders,
	reply_text,
	signed_notes,
	wording,
)

pytestmark = pytest.mark.clause("D-1", "D-2")

LINES = 2_900  # `reply_text` reads no more
MOST_SECONDS = 0.8  # some milliseconds for each pass; with a pass for each unit it is five seconds and more
TRIPLES = 60
SIGNATURE = "\u2014 a.example AAAAAAAAAAAAAAAA\n"
ENDINGS = (
	"x",
	"--",
	"> q",
	"sent from my iphone",
	"",
	"Regards,",
	"Anna",
	"tel 030 1234567",
	"____",
	"unsubscribe",
)
BEGINNINGS = (
	"On Mon, 1 Jan 2024 at 10:00, a@b.example wrote:",
	"-----Original Message-----",
	"From: a@b.example",
	"Subject: x",
	"2024-01-01 10:00",
	"a:",
	"```",
	"This message is confidential, for you alone. If you are not the intended recipient of this email, delete it.",
)
TAGS = ("<p>", "</p>", "<b>", "<blockquote>", "</blockquote>", "<br>", "<!--", "-->", "<style>", "</style>")
MORE_TAGS = (
	"<a href=x>",
	"<td>",
	"</td>",
	"<![CDATA[",
	"]]>",
	"<?",
	"&",
	"&#",
	"<",
	"<li>",
	"<pre>",
	'"',
	"a",
)


def units(tokens):
	"""All pairs of tokens, and as many threes as there is time for: the same ones each time."""
	yield from itertools.permutations(tokens, 2)
	threes = list(itertools.permutations(tokens, 3))
	yield from random.Random(1).sample(threes, min(TRIPLES, len(threes)))


def is_read_soon(do, text):
	"""Whether a text is read in time. A quarter of it tells: what takes a sixty-fourth of the time there takes less than all of it for the
	whole, even if it grows with the cube of the length. On a slow machine the whole may take longer, if it takes hardly more than four times the quarter."""
	quarter = text[: len(text) // 4]
	if seconds_of(do, quarter) < MOST_SECONDS / 64:
		return True
	# Again, if something else stopped it.
	return any(seconds_of(do, text) < max(MOST_SECONDS, 6 * seconds_of(do, quarter)) for _attempt in range(3))


def seconds_of(do, text):
	"""Of the processor."""
	began = time.process_time()
	do(text)
	return time.process_time() - began


def repeated(unit, length):
	return unit * (length // len(unit))


@pytest.mark.parametrize("read", [reply_text.split, reply_text.unmarked])
@pytest.mark.parametrize("tokens", [ENDINGS, BEGINNINGS, (*ENDINGS[1:4], *BEGINNINGS[:4])])
def test_lines_that_repeat_are_read_soon(read, tokens):
	for unit in units(tokens):
		text = "x\n" + ("\n".join(unit) + "\n") * (LINES // len(unit))
		assert is_read_soon(read, text), unit


def test_markup_that_repeats_is_read_soon():
	for unit in units((*TAGS, *MORE_TAGS)):
		assert is_read_soon(html_text.to_text, repeated("".join(unit), 30_000)), unit


def _notes(text):
	return list(signed_notes.find_notes(text))


def _note(text):
	with contextlib.suppress(signed_notes.MalformedNote):
		signed_notes.Checkpoint.parse(signed_notes.Note.parse(text + SIGNATURE).text)


@pytest.mark.parametrize("read", [_notes, _note])
def test_notes_that_repeat_are_read_soon(read):
	for unit in units(("x\n", "\n", "\u2014 ", SIGNATURE, "\n\n", "new-key a+b+AAAA\n", "a ", "\r\n", "0\n")):
		assert is_read_soon(read, repeated("".join(unit), 30_000)), unit


TERMS = (
	wording.Term("utilise", "use"),
	wording.Term("a a a"),
	wording.Term("in order to", "to", match=wording.LITERAL),
	wording.Term("- -", match=wording.LITERAL),
)


@pytest.mark.parametrize("language", ["en", "de", "fr", "ja"])
def test_wording_that_repeats_is_checked_soon(language):
	tokens = (
		"a",
		"A",
		"é",
		". ",
		"! ",
		"\n",
		'"',
		"»",
		"’",
		"-",
		"e.g. ",
		"Dr. ",
		"1.",
		" ",
		"in order to",
		"utilise",
	)

	def check(text):
		wording.check(text, language, TERMS, salutations=("Dear",), closings=("Regards",))

	for unit in units(tokens):
		assert is_read_soon(check, repeated("".join(unit), 6_000)), unit


def test_placeholders_that_repeat_are_read_soon():
	def read(text):
		placeholders.in_words(text, str, "{} {}".format)

	for unit in units(("{{", "}}", "{% if a %}", "{% endif %}", "{%", "-", "|", "doc.", "a", " ", "\n")):
		assert is_read_soon(read, repeated("".join(unit), 30_000)), unit


SOUGHT = ("Anna Maria Smith", "anna@client.example", "+49 30 1234567", '<a&b>"x')


def test_texts_that_repeat_are_erased_soon():
	found = erased_texts.pattern(SOUGHT)
	tokens = (
		"Anna",
		"Maria",
		" ",
		"anna@",
		"client",
		".",
		"-",
		"+",
		"\\n",
		"\\u00e9",
		"&lt;",
		"49 30",
		"\n",
		*SOUGHT[:2],
	)
	for unit in units(tokens):
		assert is_read_soon(
			lambda text: erased_texts.without(text, found), repeated("".join(unit), 15_000)
		), unit


def test_other_people_in_texts_that_repeat_are_found_soon():
	masker = other_people.Masker(other_people.Own.of(SOUGHT), {"walrus panettone", "a b c"}, "[x]")

	def read(text):
		other_people.possible_names(text)
		masker(text)

	tokens = (
		"Anna",
		"Maria Smith",
		"a",
		" ",
		".",
		"-",
		"@",
		"w@x.example",
		"Walrus Panettone",
		"030 1",
		"+49",
		"\n",
		"\u00a0",
	)
	for unit in units(tokens):
		assert is_read_soon(read, repeated("".join(unit), 15_000)), unit


@pytest.mark.parametrize(
	"begin",
	(
		"",
		"To: ",
		"Subject: ",
		"Content-Type: text/plain; ",
		"Content-Transfer-Encoding: ",
		"Content-Type: multipart/mixed; boundary=b\n\n",
	),
)
def test_emails_that_repeat_are_erased_soon(begin):
	found = erased_texts.pattern(SOUGHT)
	tokens = (
		"To: anna@client.example,\n",
		'--b\nContent-Type: text/plain; x="(\n',
		"=?utf-8?q?",
		"?=",
		"<a@b>",
		'"',
		"(",
		",;",
		"\n ",
	)
	for unit in units(tokens):
		text = begin + repeated("".join(unit), 40_000)
		assert is_read_soon(lambda text: erased_texts.mail_without(text, found), text), (begin, unit)


def test_many_endings_are_folded_as_far_as_there_are_any():
	ending = "--\n> q\nsent from my iphone\n"
	assert reply_text.split("Please call.\n" + ending * 5).own == "Please call."
	assert reply_text.split("Please call.\n" + ending * 900).own.startswith("Please call.")
