"""Texts that identify a client, found in other texts as whole words and replaced (P-2)."""

import html
import json
import re
from collections.abc import Collection
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import Parser
from email.policy import SMTP

# Lines as they are stored; headers that are not changed stay as they were written.
_MAIL = SMTP.clone(refold_source="none", linesep="\n")
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


def mail_without(message: str, found: re.Pattern) -> str:
	"""An email without what the pattern finds in its headers and texts, however they are encoded; it stays as it is if there is nothing, or if
	it cannot be read."""
	try:
		parsed = Parser(policy=_MAIL).parsestr(message)
		changed = [_part_without(part, found) for part in parsed.walk()]
		return parsed.as_string() if any(changed) else message
	except (MessageError, LookupError, ValueError, AttributeError, RecursionError):
		return message


def _part_without(part: EmailMessage, found: re.Pattern) -> bool:
	named = {key.lower() for key, value in part.items() if found.search(str(value))}
	for key in named:
		values = [found.sub(REPLACEMENT, str(value)) for value in part.get_all(key)]
		del part[key]
		part[key] = ", ".join(values)
	if part.get_content_maintype() != "text" or part.is_attachment():
		return bool(named)
	text = part.get_content()
	if not found.search(text):
		return bool(named)
	part.set_content(found.sub(REPLACEMENT, text), subtype=part.get_content_subtype(), cte="quoted-printable")
	return True
