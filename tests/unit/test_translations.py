"""The catalogues: all that the template has is translated, and a translation keeps what is filled in."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

LOCALE = Path(__file__).parents[2] / "client_comms" / "locale"
LANGUAGES = sorted(path.name for path in LOCALE.glob("*.po"))
ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)
# Placeholders, tags and entities
KEPT = re.compile(r"\{\w*\}|</?\w[^>]*>|&\w+;")


def messages(name: str) -> dict[str, str]:
	"""The messages of a catalogue with their translations; without its header, which has no message."""
	text = (LOCALE / name).read_text(encoding="utf-8")
	found = (
		tuple(ast.literal_eval(f"({part})") for part in entry.groups()) for entry in ENTRY.finditer(text)
	)
	return {message: translation for message, translation in found if message}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language):
	translated = messages(language)
	assert translated.keys() == messages("main.pot").keys()
	assert [message for message, translation in translated.items() if not translation.strip()] == []
	assert "#, fuzzy" not in (LOCALE / language).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_placeholders_and_markup(language):
	broken = {
		message: translation
		for message, translation in messages(language).items()
		if Counter(KEPT.findall(message)) != Counter(KEPT.findall(translation))
	}
	assert broken == {}
