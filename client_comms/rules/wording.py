"""Checks the wording of a text: terms to avoid, plain language, courtesy (clauses C-5 and D-3).

Nothing here changes a text: every finding says where it is, why, and what to write instead.

Plain language is measured by sentence length and by reading ease on Flesch's scale from 0 (very hard) to 100
(very easy), after R. Flesch (1948) for English, 206.835 - 1.015 x words per sentence - 84.6 x syllables per word, and
after T. Amstad (1978) for German, 180 - words per sentence - 58.5 x syllables per word, and after L. Kandel and A. Moles
(1958) for French, 207 - 1.015 x words per sentence - 73.6 x syllables per word. Syllables are counted as groups of vowels,
which is accurate enough for a whole text, though often wrong for a single word.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from client_comms.rules.messages import Message, _

# How a term is matched
LITERAL, WORD_FORM = "Literal", "Word Form"

# Kinds of findings
TERM, LONG_SENTENCE, HARD_TO_READ = "Term", "Long Sentence", "Hard to Read"
NO_SALUTATION, NO_CLOSING = "Salutation Missing", "Closing Missing"

# Snowball's language names
_STEMMERS = {"en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "nl": "dutch"}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# A full stop ends a sentence if a space and a capital letter follow, but not after an initial or a number.
_SENTENCE_END = re.compile(r"(?<=[.!?…])(?P<quotes>[\"'”»)]*)\s+(?=[\"'“«(]*[^\W\da-zäöüß_])|\n+")
_ABBREVIATED = re.compile(
	r"(?:\b[^\W\d_]|\b\d+|\b(?:Dr|Mr|Mrs|Ms|Prof|St|Nr|Hr|Fr|bzw|ca|usw|etc|e\.g|i\.e|z\.B|d\.h))\.$"
)
_ABBREVIATION_LENGTH = 12
_WORDS_TO_JUDGE = 8  # the formulas say nothing about less than a sentence
_VOWELS = re.compile(r"[aeiouyäöüáéíóúàèìòùâêîôûœæ]+", re.IGNORECASE)
_SILENT_E = re.compile(r"[^aeiouy]e(?:s|d)?$", re.IGNORECASE)


# How salutations and closings of a language begin; the site lists those of all its languages together.
_USUAL = {
	"en": ("dear", "hello", "kind", "best", "yours"),
	"de": ("sehr geehrt", "guten", "lieb", "mit ", "freundliche", "viele"),
	"fr": ("bonjour", "madame", "monsieur", "cher", "chère", "cordialement", "bien", "veuillez"),
}


@dataclass(frozen=True, slots=True)
class Term:
	"""A term to avoid; if `language` is empty, in every language. `use` is the suggestion, empty for none."""

	avoid: str
	use: str = ""
	why: str = ""
	language: str = ""
	match: str = WORD_FORM


@dataclass(frozen=True, slots=True)
class Limits:
	"""The limits at which a text gets a finding; 0 switches a measure off."""

	words_per_sentence: int = 25
	reading_ease: int = 40


@dataclass(frozen=True, slots=True)
class Finding:
	"""A possible problem in `text[start:end]`; `suggestion` can replace it, None if nothing can."""

	kind: str
	start: int
	end: int
	found: str
	message: Message
	suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Measures:
	"""`reading_ease` is None for languages without a formula here and for less than one sentence."""

	words: int
	sentences: int
	words_per_sentence: float
	reading_ease: float | None


def check(
	text: str,
	language: str,
	terms: Iterable[Term] = (),
	limits: Limits | None = None,
	salutations: Sequence[str] = (),
	closings: Sequence[str] = (),
) -> tuple[Finding, ...]:
	"""All findings in a plain text, in order (C-5, D-3).

	:param language: two letters or more, such as "en" or "de-AT"
	:param salutations: openings, one of which must begin a courteous text; not checked if empty
	:param closings: endings, one of which must be near its end; not checked if empty
	"""
	limits = limits or Limits()
	found = [*check_terms(text, language, terms), *check_plainness(text, language, limits)]
	found += check_courtesy(text, salutations, closings, language)
	return tuple(sorted(found, key=lambda finding: (finding.start, finding.end, finding.kind)))


def check_terms(text: str, language: str, terms: Iterable[Term]) -> list[Finding]:
	"""Where terms to avoid occur: literally, or in any form of their words (D-3)."""
	found = []
	read = _Read(text)
	for term in terms:
		if term.language and _base(term.language) != _base(language):
			continue
		places = (
			_literally(text, term.avoid)
			if term.match == LITERAL
			else read.in_any_form(term.avoid, _base(term.language or language))
		)
		for start, end in places:
			written = text[start:end]
			message = Message(_("Avoid “{term}”."), {"term": written})
			if term.use and term.why:
				message = Message(
					_("Write “{use}” instead of “{term}”: {why}"),
					{"use": term.use, "term": written, "why": term.why},
				)
			elif term.use:
				message = Message(_("Write “{use}” instead of “{term}”."), {"use": term.use, "term": written})
			elif term.why:
				message = Message(_("Avoid “{term}”: {why}"), {"term": written, "why": term.why})
			found.append(Finding(TERM, start, end, written, message, _like(written, term.use) or None))
	return found


def check_plainness(text: str, language: str, limits: Limits) -> list[Finding]:
	"""Sentences that are too long, and whether the text as a whole is hard to read (C-5)."""
	found = []
	for start, end in sentences(text):
		count = len(_WORD.findall(text[start:end]))
		if limits.words_per_sentence and count > limits.words_per_sentence:
			message = Message(
				_("This sentence has {count} words. Split it so that each has {limit} or fewer."),
				{"count": count, "limit": limits.words_per_sentence},
			)
			found.append(Finding(LONG_SENTENCE, start, end, text[start:end], message))
	measures = measure(text, language)
	ease = measures.reading_ease if measures.words >= _WORDS_TO_JUDGE else None
	if limits.reading_ease and ease is not None and ease < limits.reading_ease:
		message = Message(
			_("The text is hard to read: {ease} on a scale from 0 to 100. Use shorter sentences and words."),
			{"ease": round(ease)},
		)
		found.append(Finding(HARD_TO_READ, 0, len(text), "", message))
	return found


def check_courtesy(
	text: str, salutations: Sequence[str], closings: Sequence[str], language: str = ""
) -> list[Finding]:
	"""Whether the text has a salutation and a closing (C-5); an empty text needs neither. Proposed is one of its language, if there is one."""
	lines = [line.strip() for line in text.splitlines() if line.strip()]
	if not lines:
		return []
	found = []
	if salutations and not any(_begins(lines[0], each) for each in salutations):
		message = Message(
			_("Begin with a salutation, such as “{example}”."),
			{"example": _of_language(salutations, language)},
		)
		found.append(Finding(NO_SALUTATION, 0, 0, "", message))
	# A signature may follow the closing: name, role, telephone, address.
	if closings and not any(_begins(line, each) for line in lines[1:][-8:] for each in closings):
		message = Message(
			_("End with a closing, such as “{example}”."), {"example": _of_language(closings, language)}
		)
		found.append(Finding(NO_CLOSING, len(text), len(text), "", message))
	return found


def _of_language(listed: Sequence[str], language: str) -> str:
	"""The first of the site's words that are usual in a language, otherwise the first of all."""
	usual = _USUAL.get(_base(language), ())
	return next((each for each in listed if each.casefold().startswith(usual)), listed[0])


def measure(text: str, language: str) -> Measures:
	"""Words, sentences, and reading ease of a plain text."""
	count_of_sentences = len([1 for start, end in sentences(text) if _WORD.search(text, start, end)])
	words = _WORD.findall(text)
	if not (words and count_of_sentences):
		return Measures(len(words), count_of_sentences, 0.0, None)
	length = len(words) / count_of_sentences
	base = _base(language)
	syllables = sum(_syllables(word, base) for word in words) / len(words)
	ease = {
		"en": 206.835 - 1.015 * length - 84.6 * syllables,
		"de": 180 - length - 58.5 * syllables,
		"fr": 207 - 1.015 * length - 73.6 * syllables,
	}.get(base)
	return Measures(len(words), count_of_sentences, length, ease)


def sentences(text: str) -> list[tuple[int, int]]:
	"""Start and end of each sentence; lines and paragraphs end sentences as well."""
	found, start = [], 0
	for gap in _SENTENCE_END.finditer(text):
		# Abbreviations are short, so only a short piece is checked, however long the sentence.
		before = text[max(start, gap.start() - _ABBREVIATION_LENGTH) : gap.start()]
		if "\n" not in gap.group() and _ABBREVIATED.search(before):
			continue
		found.append((start, max(gap.start(), gap.end("quotes"))))
		start = gap.end()
	found.append((start, len(text)))
	return [(start, end) for start, end in found if text[start:end].strip()]


def _literally(text: str, term: str) -> list[tuple[int, int]]:
	"""Places where exactly this occurs as whole words, ignoring case."""
	return [match.span() for match in _whole_words(term.strip()).finditer(text)] if term.strip() else []


@lru_cache(maxsize=5_000)
def _whole_words(term: str) -> re.Pattern:
	return re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE)


class _Read:
	"""The words of a text, stemmed once per language regardless of the number of terms."""

	def __init__(self, text: str):
		self.words = [(match.group(), *match.span()) for match in _WORD.finditer(text)]
		self.stemmed: dict[str, tuple[list[str], dict[str, list[int]]]] = {}

	def stems(self, language: str) -> tuple[list[str], dict[str, list[int]]]:
		"""The stems in order, and the places of each."""
		if language not in self.stemmed:
			stems = [_stem(word, language) for word, _start, _end in self.words]
			places: dict[str, list[int]] = {}
			for place, stem in enumerate(stems):
				places.setdefault(stem, []).append(place)
			self.stemmed[language] = stems, places
		return self.stemmed[language]

	def in_any_form(self, term: str, language: str) -> list[tuple[int, int]]:
		"""Places where the words of the term occur in sequence in any of their forms."""
		wanted = _stems_of(term, language)
		if not wanted:
			return []
		stems, places = self.stems(language)
		size = len(wanted)
		return [
			(self.words[i][1], self.words[i + size - 1][2])
			for i in places.get(wanted[0], ())
			if tuple(stems[i : i + size]) == wanted
		]


@lru_cache(maxsize=5_000)
def _stems_of(term: str, language: str) -> tuple[str, ...]:
	return tuple(_stem(word, language) for word in _WORD.findall(term))


@lru_cache(maxsize=20_000)
def _stem(word: str, language: str) -> str:
	name = _STEMMERS.get(language)
	return _stemmer(name).stemWord(word.lower()) if name else word.lower()


@lru_cache
def _stemmer(name: str):
	return snowballstemmer.stemmer(name)


def _syllables(word: str, language: str) -> int:
	count = len(_VOWELS.findall(word))
	if (
		language == "en"
		and count > 1
		and _SILENT_E.search(word)
		and not word.lower().endswith(("le", "ted", "ded"))
	):
		count -= 1
	return max(count, 1)


@lru_cache(maxsize=500)
def _base(language: str) -> str:
	return (language or "").lower().replace("_", "-").partition("-")[0]


def _begins(line: str, phrase: str) -> bool:
	return (
		bool(phrase.strip())
		and re.match(rf"{re.escape(phrase.strip())}(?!\w)", line, re.IGNORECASE) is not None
	)


def _like(written: str, suggestion: str) -> str:
	"""The suggestion, capitalised if the term was, for example at the beginning of a sentence."""
	if suggestion and written[:1].isupper() and suggestion[:1].islower():
		return suggestion[:1].upper() + suggestion[1:]
	return suggestion
