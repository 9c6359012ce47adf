"""What is about other people in a client's data, found in texts and replaced before the client gets a copy (P-2, GDPR Art. 15(4)).

Addresses and telephone numbers (`phone_forms`) are recognised by their form, names by comparing words with the names that the site
knows.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from client_comms.rules import phone_forms

LONGEST_NAME = 4  # words
_ADDRESS = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’.-])*")
_GAP = re.compile(r"[ \t\N{NO-BREAK SPACE}]+|_")  # the last in names of files
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
		known = sorted({*self.names, *self.own.names}, key=lambda name: (-len(name), name))
		spaced = (r"(?:\s+|_)".join(map(re.escape, name.split())) for name in known if name.strip())
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
		text = self._names.sub(
			replace(lambda each: _SPACES.sub(" ", each.casefold()) in self.own.names), text
		)
		return Masked(text, count)


def possible_names(text: str) -> set[str]:
	"""Two to four words in a row that may be a name, because the first and the last begin with a capital letter, or because the
	writing has none; with single spaces."""
	found: set[str] = set()
	words = list(_WORD.finditer(text))
	for start, first in enumerate(words):
		if first[0][0].islower():
			continue
		phrase = [first[0]]
		following = words[start : start + LONGEST_NAME]
		for before, word in pairwise(following):
			if not _GAP.fullmatch(text, before.end(), word.start()):
				break
			phrase.append(word[0])
			if not word[0][0].islower():
				name = " ".join(phrase)
				found |= {each.rstrip(".'’-") for each in (name, _ADDED.sub("", name, count=1))}
	return found
