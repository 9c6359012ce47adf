"""What is about other people in a client's data, found in texts and replaced before the client gets a copy (P-2, GDPR Art. 15(4)).

Addresses and telephone numbers (`phone_forms`) are recognised by their form, names by comparing words with the names that the site
knows.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from client_comms.rules import people_names, phone_forms

_ADDRESS = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’.-])*")
_GAP = re.compile(r"[ \t\N{NO-BREAK SPACE}]+|_")  # the last in names of files
_COMMA = re.compile(r",[ \t\N{NO-BREAK SPACE}]+")  # between a last name and the first ones
_SPACES = re.compile(r"[\s_]+")
# As a second record of the same name is called, and a file, or a second one.
_ADDED = re.compile(r"(?:-\d+|[0-9a-f]{6})?(?:\.\w{2,4})?$")
_NAME_ENDS = r"(?=(?:[0-9a-f]{6})?(?![^\W_]))"


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
		digits = {phone_forms.last_digits(each) for each in markers if "@" not in each} - {""}
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
	:param is_national: whether a number without a country code is a telephone number of the organisation's country
	"""

	own: Own
	names: Collection[str]
	replacement: str
	is_national: Callable[[str], bool] = phone_forms.none
	_names: re.Pattern | None = field(default=None, init=False)

	def __post_init__(self):
		known = {spelled for name in {*self.names, *self.own.names} for spelled in _spellings(name)}
		ordered = sorted(known, key=lambda name: (-len(name), name))
		spaced = (r"(?:\s+|_)".join(map(re.escape, name.split())) for name in ordered if name.strip())
		names = "|".join(spaced) or "(?!)"
		self._names = re.compile(rf"(?<![^\W_])(?<!-)(?:{names}){_NAME_ENDS}", re.IGNORECASE)

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

		def replace_number(found: str) -> str:
			nonlocal count
			if phone_forms.last_digits(found) in self.own.digits:
				return found
			count += 1
			return self.replacement

		text = _ADDRESS.sub(replace(lambda each: each.casefold() in self.own.addresses), text)
		text = phone_forms.replaced(text, self.is_national, replace_number)
		text = self._names.sub(replace(lambda each: self.is_own(_SPACES.sub(" ", each.casefold()))), text)
		return Masked(text, count)

	def is_own(self, name: str) -> bool:
		"""Whether a name in lower case is the client's."""
		return not self.own.names.isdisjoint((name, people_names.first_name_first(name)))


def _spellings(name: str) -> Iterator[str]:
	yield name
	yield from people_names.last_name_first(name)


def _particles(text: str, words: list[re.Match], start: int) -> list[list[str]]:
	"""What can stand before a last name without a capital letter: none, one or two words, as "der" and "von der"."""
	found: list[list[str]] = [[]]
	for number in range(start - 1, max(start - 3, -1), -1):
		word, behind = words[number], words[number + 1]
		if not word[0].islower() or not _GAP.fullmatch(text, word.end(), behind.start()):
			break
		found.append([word[0], *found[-1]])
	return found


def possible_names(text: str) -> set[str]:
	"""Two to four words in a row that may be a name, because the first and the last begin with a capital letter, or because the
	writing has none; with single spaces, and the last name behind the first ones."""
	found: set[str] = set()
	words = list(_WORD.finditer(text))
	for start, first in enumerate(words):
		if first[0][0].islower():
			continue
		phrase, last_names = [first[0]], []
		following = words[start : start + people_names.LONGEST]
		for before, word in pairwise(following):
			if not last_names and _COMMA.fullmatch(text, before.end(), word.start()):
				last_names = [[*each, *phrase] for each in _particles(text, words, start)]
				phrase = []
			elif not _GAP.fullmatch(text, before.end(), word.start()):
				break
			phrase.append(word[0])
			if not word[0][0].islower():
				shown = " ".join(phrase)
				spelled = {each.rstrip(".'’-") for each in (shown, _ADDED.sub("", shown, count=1))}
				if not last_names:
					found |= spelled
				for last_name in last_names:  # the shown one as well: "Smith, J."
					found |= {" ".join([each, *last_name]) for each in (shown, *spelled)}
	return found
