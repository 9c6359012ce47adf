"""What is about other people in a client's data, found in texts and replaced before the client gets a copy (P-2, GDPR Art. 15(4)).

Addresses and telephone numbers are recognised by their form, names by comparing words with the names that the site knows.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

LONGEST_NAME = 4  # words
_MINIMUM_DIGITS, _COMPARED_DIGITS = 8, 8
_ADDRESS = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_NUMBER = re.compile(r"(?<![\w.,+-])(?:\+|0)[\d][\d ()/.\-]{5,18}\d(?![\w])")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_GAP = re.compile(r"[ \t\N{NO-BREAK SPACE}]+")


@dataclass(frozen=True, slots=True)
class Own:
	"""The client's own: `addresses` and `names` in lower case, `digits` the last eight of each telephone number. Addresses of the
	organisation's mailboxes are no one's, and stay as well."""

	addresses: frozenset[str] = frozenset()
	digits: frozenset[str] = frozenset()
	names: frozenset[str] = frozenset()

	@classmethod
	def of(cls, markers: Iterable[str], addresses: Iterable[str] = ()) -> "Own":
		"""From texts of any of the three kinds, and more addresses."""
		markers = [each.casefold() for each in markers]
		mails = {each for each in markers if "@" in each} | {each.casefold() for each in addresses}
		digits = {_last_digits(each) for each in markers if "@" not in each} - {""}
		return cls(frozenset(mails), frozenset(digits), frozenset(markers) - mails)


@dataclass(frozen=True, slots=True)
class Masked:
	"""A text, and how many addresses, numbers and names in it were replaced."""

	text: str
	count: int = 0


@dataclass(slots=True)
class Masker:
	"""Replaces in texts what is not the client's.

	:param names: of other people, in lower case
	:param replacement: what stands for each
	"""

	own: Own
	names: Collection[str]
	replacement: str
	_names: re.Pattern | None = field(default=None, init=False)

	def __post_init__(self):
		known = sorted({*self.names, *self.own.names}, key=lambda name: (-len(name), name))
		spaced = (r"\s+".join(map(re.escape, name.split())) for name in known if name.strip())
		self._names = re.compile(rf"(?<![\w-])(?:{'|'.join(spaced) or '(?!)'})(?![\w])", re.IGNORECASE)

	def __call__(self, text: str) -> Masked:
		count = 0

		def replace(is_own):
			def replaced(found: re.Match) -> str:
				nonlocal count
				if is_own(found[0]):
					return found[0]
				count += 1
				return self.replacement

			return replaced

		text = _ADDRESS.sub(replace(lambda each: each.casefold() in self.own.addresses), text)
		text = _NUMBER.sub(replace(self._is_own_number), text)
		text = self._names.sub(
			replace(lambda each: " ".join(each.casefold().split()) in self.own.names), text
		)
		return Masked(text, count)

	def _is_own_number(self, found: str) -> bool:
		digits = re.sub(r"\D", "", found)
		if len(digits) < _MINIMUM_DIGITS or _DATE.search(found):
			return True  # not a telephone number at all
		return _last_digits(found) in self.own.digits


def _last_digits(text: str) -> str:
	digits = re.sub(r"\D", "", text)
	return digits[-_COMPARED_DIGITS:] if len(digits) >= _MINIMUM_DIGITS else ""


def possible_names(text: str) -> set[str]:
	"""Two to four words in a row that may be a name, because the first and the last begin with a capital letter, or because the
	writing has none; with single spaces."""
	found: set[str] = set()
	words = list(_WORD.finditer(text))
	for start, first in enumerate(words):
		if first[0][0].islower():
			continue
		phrase = [first[0]]
		for before, word in zip(words[start:], words[start + 1 : start + LONGEST_NAME], strict=False):
			if not _GAP.fullmatch(text, before.end(), word.start()):
				break
			phrase.append(word[0])
			if not word[0][0].islower():
				found.add(" ".join(phrase).rstrip(".'’-"))
	return found
