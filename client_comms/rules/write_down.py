"""What a text takes from a record that is more confidential than the place where it is written (P-2).

Without this, a user with clearance who quotes, links or attaches something opens it to everyone who can read the answer.
"""

import re
from collections.abc import Collection, Iterable
from html import unescape

# This many words in the same order are a quotation. Fewer also occur by chance, in greetings and set phrases.
WORDS = 8

QUOTATION, LINK, ATTACHMENT = "quotation", "link", "attachment"

_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"/(?:app|desk)/([\w-]+)/([^\s\"'<>?#/]+)")
_FILE = re.compile(r"/(?:private/)?files/[^\s\"'<>?#]+")
# In an attribute, a name can have blanks, and Frappe takes the address of an image to embed without its first slash.
_QUOTED_FILE = re.compile(r"""=\s*(["'])(?:[^"'<>]*?/)??((?:private/)?files/[^<>]+?)(?:[?#][^<>]*?)?\1""")


def quotes(text: str, confidential: str, open_texts: Iterable[str] = ()) -> bool:
	"""Whether `text` repeats a passage of `confidential` that none of `open_texts` contains, such as a signature would.

	All are plain text.
	"""
	shared = _passages(text) & _passages(confidential)
	for known in open_texts:
		if not shared:
			break
		shared -= _passages(known)
	return bool(shared)


def linked_records(html: str) -> frozenset[tuple[str, str]]:
	"""(part of the address for the DocType, name) of the records of the desk to which a text links."""
	return frozenset(_ADDRESS.findall(html))


def linked_files(html: str) -> frozenset[str]:
	"""The addresses of files in a text."""
	quoted = (unescape(address) for _quote, address in _QUOTED_FILE.findall(html))
	return frozenset(_FILE.findall(html)) | {f"/{address}" for address in quoted}


def is_passed_down(here: int, sources: Collection[int]) -> bool:
	"""Whether something that stands at the ranks `sources` reaches a lower one by standing at `here`, too.

	A rank below all levels means that anyone can read it.
	"""
	return bool(sources) and min(sources) > here


def _passages(text: str) -> set[tuple[str, ...]]:
	words = _WORD.findall(text.lower())
	return {tuple(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}
