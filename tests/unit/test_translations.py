"""The catalogues: all that the template has is translated, a translation keeps what is filled in, and none replaces a word
that Frappe or ERPNext have.

Whatever language has a catalogue has the shipped texts and words as well.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_comms import procedure

APP = Path(__file__).parents[2] / "client_comms"
LOCALE = APP / "locale"
LANGUAGES = sorted(path.name for path in LOCALE.glob("*.po"))
# What Frappe and ERPNext translate as well; scripts/standard_words.py writes it.
STANDARD = json.loads(Path(__file__).with_name("standard_words.json").read_text(encoding="utf-8"))
# Frappe's own messages, which it translates
OF_FRAPPE = {
	"{0} subscribers added",
	"Document Follow Notification",
	"Events in Today's Calendar",
	"New {0}",
	"Upcoming Events for Today",
}
ENTRY = re.compile(r'^(?:msgctxt (".*")\n)?msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)
# Placeholders, tags and entities
KEPT = re.compile(r"\{\w*\}|</?\w[^>]*>|&\w+;")


def messages(name: str) -> dict[tuple[str, str], str]:
	"""`(context, message) → translation` of a catalogue; without its header, which has no message."""
	text = (LOCALE / name).read_text(encoding="utf-8")
	found = (
		[ast.literal_eval(f"({part})") for part in entry.groups(default='""')]
		for entry in ENTRY.finditer(text)
	)
	return {(context, message): translation for context, message, translation in found if message}


def translated(language: str) -> dict[tuple[str, str], str]:
	"""Without what is left to the standard catalogues, an empty string for gettext."""
	return {key: translation for key, translation in messages(language).items() if translation}


def standard(language: str) -> dict:
	return STANDARD[language.removesuffix(".po")]


def test_no_message_begins_or_ends_with_a_space():
	"""Frappe looks for it without: it would stay English."""
	assert [message for _context, message in messages("main.pot") if message != message.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language):
	catalogue = messages(language)
	assert catalogue.keys() == messages("main.pot").keys()
	missing = {key for key, translation in catalogue.items() if not translation.strip()}
	assert missing - {("", message) for message in standard(language)["always"]} == set()
	assert "#, fuzzy" not in (LOCALE / language).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_the_standard_catalogues_is_replaced(language):
	"""Frappe merges the catalogues of all apps, and ours comes last: its "Rate" would be the price of every item. A word that
	means something else here has a context: the DocType, for labels and options of its fields."""
	ours = {message: word for (context, message), word in translated(language).items() if not context}
	left_to_them = standard(language)["always"]
	assert sorted(ours.keys() & set(left_to_them)) == []
	partly = standard(language)["partly"]
	assert {message: ours.get(message) for message in partly} == partly


def test_the_standard_words_are_of_this_template():
	plain = {message for context, message in messages("main.pot") if not context}
	for words in STANDARD.values():
		assert {*words["always"], *words["partly"]} <= plain, "Run scripts/standard_words.py again"


def test_every_message_of_the_code_is_in_the_template():
	"""Otherwise a reworded message is shown in English, while the catalogues translate the former one."""
	known = {message for _context, message in messages("main.pot")} | OF_FRAPPE
	assert {f"{file}: {message}" for file, message in of_code() if message not in known} == set()


def of_code() -> Iterator[tuple[str, str]]:
	for path in sorted(APP.rglob("*.py")):
		for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
			if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "N_") and node.args:
				if isinstance(value := getattr(node.args[0], "value", None), str):
					yield path.name, value
	for path in sorted(APP.rglob("*.js")):
		for literal in re.findall(r'\b__\(\s*("(?:[^"\\]|\\.)*")', path.read_text(encoding="utf-8")):
			yield path.name, ast.literal_eval(literal)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_placeholders_and_markup(language):
	broken = {
		message: translation
		for (_context, message), translation in translated(language).items()
		if Counter(KEPT.findall(message)) != Counter(KEPT.findall(translation))
	}
	assert broken == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_spaces_at_the_ends(language):
	edges = re.compile(r"^\s*|\s*$")
	broken = {
		message: translation
		for (_context, message), translation in translated(language).items()
		if edges.findall(message) != edges.findall(translation)
	}
	assert broken == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_not_left_in_english(language):
	"""A single word may be the same in another language, a sentence is not."""
	left = [
		message
		for (_context, message), translation in translated(language).items()
		if message == translation and len(re.findall(r"[A-Za-z]{2,}", message)) > 2
	]
	assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_name_the_button_that_answers_a_request_as_it_is_called(language):
	found = translated(language)
	button = found["Answer a Request", "Answer"]
	named = re.compile(r"\b(use|with) Answer (under|or Refuse|in \{)")
	texts = {message: text for (_context, message), text in found.items() if named.search(message)}
	assert len(texts) > 4
	assert [message for message, text in texts.items() if button not in text] == []


def test_french_punctuation_has_its_spaces():
	"""A non-breaking space before `:`, `;`, `!`, `?` and `%`, except in code, and inside quotation marks."""
	bare = re.compile(r"(?<![\u00a0\"])(?:[:;!?%](?!\S)|»)|«(?!\u00a0)")
	broken = {
		message: translation
		for (_context, message), translation in translated("fr.po").items()
		if bare.search(KEPT.sub("x", translation).removeprefix("Re:"))
	}
	assert broken == {}


@pytest.mark.parametrize("language", ["en", *(name.removesuffix(".po") for name in LANGUAGES)])
def test_the_shipped_texts_exist_in_every_language(language):
	for texts in (procedure.ACKNOWLEDGEMENTS, procedure.SUMMARIES, procedure.TERMINOLOGY):
		assert any(row["language"] == language for row in texts)
	assert {row["purpose"] for row in procedure.CONSENT_NOTICES if row["language"] == language} == {
		row["purpose_name"] for row in procedure.CONSENT_PURPOSES
	}
	assert procedure.COMPLAINT_WORDS[language]
