"""Texts that identify a client, found in other texts as whole words and replaced (P-2)."""

import html
import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import Parser
from email.policy import SMTP
from urllib.parse import quote

from client_comms.rules import file_names, people_names, raw_mail

# Lines as they are stored; headers that are not changed stay as they were written.
_MAIL = SMTP.clone(refold_source="none", linesep="\n")
_UNREADABLE = (MessageError, LookupError, ValueError, AttributeError, RecursionError)
# What the standard library reads in headers takes time with the square of their length: that of the headers of an email together, and of
# those that it reads of each part before anyone asks. Less than a second for each; a header of two hundred recipients is read.
_MOST_SQUARES = 50_000_000
_ABOUT_A_PART = re.compile(
	r"^content-(?:type|disposition|transfer-encoding)[ \t]*:.*(?:\r?\n[ \t].*)*", re.IGNORECASE | re.MULTILINE
)
_FOLD = re.compile(r"\r?\n(?=[ \t])")
REPLACEMENT = "[erased]"
_NOTHING = "(?!)"
# A text in JSON follows its escaped line break or quotation mark without a space, and one in the address of a file an encoded space.
_ESCAPE = r"(?<=\\[nrtbf])|(?<=\\u[0-9a-fA-F]{4})|(?<=%[0-9a-fA-F]{2})"
# Neither part of a longer word nor of a double name: "Maria Smith" is not in "Anna-Maria Smith", but in "Maria Smith-1", as a second
# record of the same name is called, in "Maria Smith1f3a5c.txt", as Frappe calls a second file of that name, and between underscores.
_LETTER = r"[^\W_]"
_NAME_STARTS = rf"(?:(?<!{_LETTER})(?<!{_LETTER}-)|{_ESCAPE})"
_NAME_ENDS = rf"(?:(?!{_LETTER})(?!-[^\W\d_])|(?=[0-9a-f]{{6}}(?!{_LETTER})))"
# An address is not part of a longer one: "anna@client.example" is not in "jo.anna@client.example", but in the name of a file with an ending.
_ADDRESS_STARTS = rf"(?:(?<![\w.+-])|{_ESCAPE})"
_ADDRESS_ENDS = rf"(?:(?![\w-])(?!\.\w)|(?=(?:[0-9a-f]{{6}})?(?:_small)?\.(?:{file_names.ENDINGS})(?![\w-])))"


def is_address(marker: str) -> bool:
	return "@" in marker


def forms(marker: str) -> list[str]:
	"""A text in plain form, and escaped for JSON, for HTML and for the address of a file; each with letters and their accents as one sign and as two.
	A name also as in "Smith, Maria"."""
	found = []
	for spelled in (marker, *people_names.last_name_first(marker)):
		composed = (unicodedata.normalize(form, spelled) for form in ("NFC", "NFD"))
		for each in dict.fromkeys((spelled, *composed)):
			escaped = html.escape(each)
			found += [each, _in_json(each), escaped, escaped.replace("&#x27;", "&#39;")]
			found += [
				quote(each),
				quote(each, safe="~()*!.'"),
			]  # as Python does it, and as Frappe's desk does
			if not each.isascii():
				found.append(_in_json(each.upper()))  # an escaped letter is not the same in another case
	return list(dict.fromkeys(found))


def _in_json(text: str) -> str:
	return json.dumps(text)[1:-1]


def all_forms(markers: Collection[str]) -> list[str]:
	return list(dict.fromkeys(form for marker in markers for form in forms(marker)))


def pattern(markers: Collection[str]) -> re.Pattern:
	"""Finds any of the texts, in any case; the longest first, so that a name is not replaced inside of an address."""
	ordered = sorted(markers, key=lambda marker: (-len(marker), marker))
	found = [_bounded(form, is_address(marker)) for marker in ordered for form in forms(marker)]
	return re.compile("|".join(found) or _NOTHING, re.IGNORECASE)


def _bounded(form: str, in_address: bool) -> str:
	starts, ends = (_ADDRESS_STARTS, _ADDRESS_ENDS) if in_address else (_NAME_STARTS, _NAME_ENDS)
	spelled = re.escape(form).replace(r"\ ", "[ _]")  # in names of files, a space is often an underscore
	return f"{starts}{spelled}{ends}"


def naming(names: Collection[str], markers: Collection[str]) -> set[str]:
	"""Those of the names in which one of the texts occurs anywhere, also as a part of a number, as in "APMT-Maria Smith-0001"."""
	sought = [form.casefold() for form in all_forms(markers)]
	return {name for name in names if any(form in name.casefold() for form in sought)}


def without(text: str, found: re.Pattern) -> str | None:
	"""The text without what the pattern finds; None if it is nothing else."""
	return None if found.fullmatch(text) else found.sub(REPLACEMENT, text)


@dataclass(slots=True)
class _Reading:
	"""What was found in an email, and whether some of it could not be read. `squares`: of the lengths of the headers that were read."""

	found: re.Pattern
	changed: bool = False
	unread: bool = False
	squares: int = 0

	@contextmanager
	def of(self) -> Iterator[None]:
		"""Reads one part of an email: if that cannot be read, the others are."""
		try:
			yield
		except _UNREADABLE:
			self.unread = True


def mail_without(message: str, found: re.Pattern) -> tuple[str, bool]:
	"""An email without what the pattern finds in its headers and texts, however they are encoded, and whether some of it could not be read: that
	stays as it is, and may contain more. The email is the same text if nothing was found."""
	if _is_slow_to_divide(message):
		return message, True
	reading = _Reading(found)
	with reading.of():
		parsed = Parser(policy=_MAIL).parsestr(message)
		for part in parsed.walk():
			_erase_headers(part, reading)
			with reading.of():
				_erase_text(part, reading)
		if reading.changed:
			return parsed.as_string(), reading.unread
	return message, reading.unread


def _is_slow_to_divide(message: str) -> bool:
	squares = sum(len(header[0]) ** 2 for header in _ABOUT_A_PART.finditer(message))
	return squares > _MOST_SQUARES or raw_mail.is_slow_to_divide(message.encode(errors="surrogatepass"))


def _erase_headers(part: EmailMessage, reading: _Reading) -> None:
	stored: dict[str, list[str]] = {}
	for key, value in part.raw_items():
		stored.setdefault(key.lower(), []).append(str(value))
	for key, raw in stored.items():
		with reading.of():
			squares = sum(len(value) ** 2 for value in raw)
			if reading.squares + squares > _MOST_SQUARES:
				_erase_long_headers(part, key, raw, reading)
				continue
			reading.squares += squares
			values = list(map(str, part.get_all(key)))
			if any(map(reading.found.search, values)):
				erased = ", ".join(reading.found.sub(REPLACEMENT, value) for value in values)
				del part[key]
				part[key] = erased
				reading.changed = True


def _erase_long_headers(part: EmailMessage, key: str, raw: list[str], reading: _Reading) -> None:
	"""As they are written: letters that are encoded are not read."""
	reading.unread |= any("=?" in value for value in raw)
	values = [_FOLD.sub("", value) for value in raw]
	if any(map(reading.found.search, values)):
		del part[key]
		for value in values:
			part.set_raw(key, reading.found.sub(REPLACEMENT, value))
		reading.changed = True


def _erase_text(part: EmailMessage, reading: _Reading) -> None:
	if part.get_content_maintype() != "text" or part.is_attachment():
		return
	try:
		text = part.get_content()
	except LookupError:  # an unknown character set, most of which write plain letters alike
		stored = part.get_payload(decode=True)
		text = stored.decode("utf-8", "replace")
		reading.unread |= not stored.isascii()
	if reading.found.search(text):
		erased = reading.found.sub(REPLACEMENT, text)
		part.set_content(erased, subtype=part.get_content_subtype(), cte="quoted-printable")
		reading.changed = True
