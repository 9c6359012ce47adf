"""Texts that identify a client, found in other texts as whole words and replaced (P-2)."""

import html
import json
import re
from collections.abc import Collection

REPLACEMENT = "[erased]"
_NOTHING = "(?!)"
# A text in JSON follows its escaped line break or quotation mark without a space.
_ESCAPE = r"(?<=\\[nrtbf])|(?<=\\u[0-9a-fA-F]{4})"
# Neither part of a longer word nor of a double name: "Maria Smith" is not in "Anna-Maria Smith".
_NAME_STARTS, _NAME_ENDS = rf"(?:(?<!\w)(?<!\w-)|{_ESCAPE})", r"(?!\w)(?!-\w)"
# An address is not part of a longer one: "anna@client.example" is not in "jo.anna@client.example".
_ADDRESS_STARTS, _ADDRESS_ENDS = rf"(?:(?<![\w.+-])|{_ESCAPE})", r"(?![\w-])(?!\.\w)"


def is_address(marker: str) -> bool:
	return "@" in marker


def forms(marker: str) -> list[str]:
	"""A text in plain form, and escaped for JSON and for HTML."""
	escaped = html.escape(marker)
	found = (marker, json.dumps(marker)[1:-1], escaped, escaped.replace("&#x27;", "&#39;"))
	return list(dict.fromkeys(found))


def all_forms(markers: Collection[str]) -> list[str]:
	return list(dict.fromkeys(form for marker in markers for form in forms(marker)))


def pattern(markers: Collection[str]) -> re.Pattern:
	"""Finds any of the texts, in any case; the longest first, so that a name is not replaced inside of an address."""
	ordered = sorted(markers, key=lambda marker: (-len(marker), marker))
	found = [_bounded(form, is_address(marker)) for marker in ordered for form in forms(marker)]
	return re.compile("|".join(found) or _NOTHING, re.IGNORECASE)


def _bounded(form: str, in_address: bool) -> str:
	starts, ends = (_ADDRESS_STARTS, _ADDRESS_ENDS) if in_address else (_NAME_STARTS, _NAME_ENDS)
	return f"{starts}{re.escape(form)}{ends}"


def without(text: str, found: re.Pattern) -> str | None:
	"""The text without what the pattern finds; None if it is nothing else."""
	return None if found.fullmatch(text) else found.sub(REPLACEMENT, text)
