"""Terms to avoid, plain language, courtesy (C-5, D-3)."""

import time
import timeit
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from client_comms.rules import wording
from client_comms.rules.wording import LITERAL, WORD_FORM, Limits, Term

pytestmark = pytest.mark.clause("C-5", "D-3")


def terms_in(text, *terms, language="en"):
	return [(f.found, f.suggestion) for f in wording.check_terms(text, language, terms)]


@pytest.mark.parametrize(
	("text", "term", "found"),
	[
		("We utilise it.", Term("utilise", "use"), [("utilise", "use")]),
		("Utilising it helps.", Term("utilise", "use"), [("Utilising", "Use")]),
		(
			"It was utilised twice, utilises nothing.",
			Term("utilise"),
			[("utilised", None), ("utilises", None)],
		),
		("utility bills", Term("utilise", match=LITERAL), []),
		("The end user pays.", Term("end user", "client"), [("end user", "client")]),
		("Two end users pay at the end.", Term("end user", "client"), [("end users", "client")]),
		("The end is near, user.", Term("end user", match=LITERAL), []),
		("user-end", Term("end user"), []),
		# literal: whole words, whatever the case, and nothing but what is written
		("ASAP please", Term("asap", "by Friday", match=LITERAL), [("ASAP", "By Friday")]),
		("asaps", Term("asap", match=LITERAL), []),
		("price: 5 € p.a.", Term("p.a.", "a year", match=LITERAL), [("p.a.", "a year")]),
		# language
		("Der Kunde bezahlt", Term("Kunde", "Klient", language="de"), []),
	],
)
def test_terms(text, term, found):
	assert terms_in(text, term) == found


def test_terms_of_another_language_and_of_all():
	assert terms_in("Die Kunden zahlen", Term("Kunde", "Klient", language="de"), language="de-AT") == [
		("Kunden", "Klient")
	]
	assert terms_in("Die Deadline naht", Term("Deadline", "Frist"), language="de") == [("Deadline", "Frist")]


def test_a_finding_says_why_and_what_instead():
	(finding,) = wording.check_terms("We leverage it.", "en", [Term("leverage", "use", "plain words")])
	assert str(finding.message) == "Write “use” instead of “leverage”: plain words"
	assert "We leverage it."[finding.start : finding.end] == "leverage"


@pytest.mark.parametrize(
	("text", "count"),
	[
		("One. Two! Three?", 3),
		("Dr. Winter called. He waits.", 2),
		("It costs 3.50 euros. Fine.", 2),
		("See e.g. Solar roofs. Done.", 2),
		("First line\nSecond line", 2),
		("Am 3. Mai kommt er. Gut.", 2),
		("", 0),
		("   \n\n ", 0),
		("no end", 1),
	],
)
def test_sentences(text, count):
	assert len(wording.sentences(text)) == count


def test_long_sentences_are_told_with_their_place():
	text = "Short one. Word " + "word " * 29 + "end."
	(finding,) = [f for f in wording.check(text, "xx") if f.kind == wording.LONG_SENTENCE]
	assert text[finding.start : finding.end].startswith("Word word")
	assert "31 words" in str(finding.message)


def test_reading_ease_by_hand():
	# 6 words, 1 sentence, 6 syllables: 206.835 - 1.015 * 6 - 84.6 * 1
	assert wording.measure("The cat sat on the mat.", "en").reading_ease == pytest.approx(116.145)
	# 4 words, 1 sentence, Der(1) Kunde(2) zahlt(1) heute(2) = 6: 180 - 4 - 58.5 * 1.5
	assert wording.measure("Der Kunde zahlt heute.", "de").reading_ease == pytest.approx(88.25)
	# 3 words, 1 sentence, Le(1) chat(1) dort(1) = 3: 207 - 1.015 * 3 - 73.6 * 1
	assert wording.measure("Le chat dort.", "fr").reading_ease == pytest.approx(130.355)
	assert wording.measure("El gato duerme.", "es").reading_ease is None


def test_hard_text_is_found_and_easy_text_is_not():
	hard = (
		"Organisational considerations necessitate comprehensive documentation of administrative proceedings."
	)
	assert [f.kind for f in wording.check(hard, "en")] == [wording.HARD_TO_READ]
	assert wording.check("We will call you on Monday. Then we fix the roof.", "en") == ()
	assert wording.check(hard, "en", limits=Limits(0, 0)) == ()
	assert wording.check("Organisational considerations", "en") == ()  # too little to judge


@pytest.mark.parametrize(
	("text", "missing"),
	[
		("Dear Anna,\n\nThe roof is done.\n\nKind regards\nFiona\nSolar Ltd", []),
		("Dear Anna,\n\nThe roof is done.", [wording.NO_CLOSING]),
		("The roof is done.\n\nKind regards,\nFiona", [wording.NO_SALUTATION]),
		("Dearest,\nhm\nKind regardless", [wording.NO_SALUTATION, wording.NO_CLOSING]),
		("dear anna\nx\nKIND REGARDS", []),
		("", []),
	],
)
def test_courtesy(text, missing):
	found = wording.check_courtesy(text, ["Dear"], ["Kind regards"])
	assert [f.kind for f in found] == missing


@pytest.mark.parametrize(
	("language", "salutation", "closing"),
	[
		("de-AT", "Sehr geehrte", "Mit freundlichen Grüßen"),
		("fr", "Bonjour", "Cordialement"),
		("en", "Dear", "Kind regards"),
		("pl", "Dear", "Kind regards"),
	],
)
def test_what_is_proposed_is_in_the_language_of_the_text(language, salutation, closing):
	found = wording.check(
		"TBD.",
		language,
		salutations=["Dear", "Sehr geehrte", "Bonjour"],
		closings=["Kind regards", "Mit freundlichen Grüßen", "Cordialement"],
	)
	assert [each.message.values["example"] for each in found] == [salutation, closing]


def test_courtesy_is_not_asked_for_where_nothing_is_listed():
	assert wording.check_courtesy("Done.", [], []) == []


@given(st.text(max_size=300), st.sampled_from(["en", "de", "fr", ""]))
def test_every_finding_lies_in_the_text_and_quotes_it(text, language):
	terms = [Term("a"), Term("e", match=LITERAL), Term("der Kunde", "x", match=WORD_FORM)]
	for finding in wording.check(text, language, terms, Limits(3, 50), ["Dear"], ["Bye"]):
		assert 0 <= finding.start <= finding.end <= len(text)
		if finding.kind in (wording.TERM, wording.LONG_SENTENCE):
			assert text[finding.start : finding.end] == finding.found


@given(st.text(max_size=300))
@example("He said “No.” Then she left (at once.) End")
def test_sentences_hold_every_word_once(text):
	spans = wording.sentences(text)
	assert all(a[1] <= b[0] for a, b in pairwise(spans))
	assert "".join("".join(text[s:e].split()) for s, e in spans) == "".join(text.split())


# --- any length -------------------------------------------------------------------------------------

TERMS = [Term(f"avoid{number} word", "use") for number in range(150)] + [
	Term("utilise", "use", language="en"),
	Term("at your earliest convenience", match=LITERAL),
]
WORST = (
	"a",
	".",
	". ",
	'."',
	". z.B. A",
	"z.B. A",
	"1. A",
	"a'",
	"a-",
	"-'",
	"! ",
	"<",
	"<blockquote>",
	"\n",
	" ",
	"e",
	"at your earliest ",
	"avoid1 ",
	"\u2026 ",
)


@pytest.mark.parametrize("unit", WORST)
def test_no_text_takes_long(unit):
	"""A pattern that tries again from every place would need hours for these."""
	started = time.process_time()
	wording.check(
		unit * (200_000 // len(unit)), "de", TERMS, salutations=["Hello"], closings=["Kind regards"]
	)
	assert time.process_time() - started < 10


@given(st.lists(st.sampled_from(WORST), min_size=1, max_size=6), st.sampled_from(["en", "de", "fr"]))
@settings(max_examples=20, deadline=None)
def test_no_mixture_takes_long(units, language):
	started = time.process_time()
	wording.check("".join(units) * (20_000 // len("".join(units))), language, TERMS)
	assert time.process_time() - started < 5


def test_an_email_of_20_kilobytes_is_checked_while_one_types():
	sentence = "We have looked into your order, and we utilise the new forms for its return to you. "
	text = "Hello Anna\n" + sentence * (20_000 // len(sentence)) + "\nKind regards"
	wording.check(text, "en", TERMS)  # stems are kept
	best = min(
		timeit.repeat(lambda: wording.check(text, "en", TERMS), timer=time.process_time, number=1, repeat=5)
	)
	assert best < 0.1
