"""Texts that repeat what their readers look for, in pairs and in threes, are read in time that follows their length (D-2, D-1)."""

import itertools
import random
import time

import pytest

from client_comms.rules import html_text, reply_text

pytestmark = pytest.mark.clause("D-1", "D-2")

LINES = 2_900  # `reply_text` reads no more
MOST_SECONDS = 0.8  # some milliseconds for each pass; with a pass for each unit it is five seconds and more
TRIPLES = 60
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


def seconds_of(do, text):
	"""Of the processor; again, if something else stopped it."""
	found = []
	for _attempt in range(3):
		began = time.process_time()
		do(text)
		found.append(time.process_time() - began)
		if found[-1] < MOST_SECONDS:
			break
	return min(found)


@pytest.mark.parametrize("read", [reply_text.split, reply_text.unmarked])
@pytest.mark.parametrize("tokens", [ENDINGS, BEGINNINGS, (*ENDINGS[1:4], *BEGINNINGS[:4])])
def test_lines_that_repeat_are_read_soon(read, tokens):
	for unit in units(tokens):
		repeated = "\n".join(unit) + "\n"
		text = "x\n" + repeated * (LINES // len(unit))
		assert seconds_of(read, text) < MOST_SECONDS, unit


def test_markup_that_repeats_is_read_soon():
	for unit in units((*TAGS, *MORE_TAGS)):
		repeated = "".join(unit)
		assert seconds_of(html_text.to_text, repeated * (30_000 // len(repeated))) < MOST_SECONDS, unit


def test_many_endings_are_folded_as_far_as_there_are_any():
	ending = "--\n> q\nsent from my iphone\n"
	assert reply_text.split("Please call.\n" + ending * 5).own == "Please call."
	assert reply_text.split("Please call.\n" + ending * 900).own.startswith("Please call.")
