"""Who wrote a message that a colleague forwards, by the header that mail programs copy above it (D-1, F-1)."""

import re
from dataclasses import dataclass

from client_comms.rules import reply_words as words

_MAXIMUM_LINES, _LONGEST_LINE, _MOST = 2000, 2000, 20
_ABOVE, _BELOW = 4, 12  # lines in which the other fields of a header stand
_OTHER_FIELDS = frozenset((*words.OTHER_FIELDS, "sujet", "pour", "copie à"))
# Mail programs put it first, also in "FW: RE: …"; "AW: WG: …" is a reply to a colleague.
_FORWARDS = re.compile(r"\s*(fwd?|wg|tr|rv|i|doorst|enc|pd|vb|vl|转发|轉寄)\s?[:：]", re.IGNORECASE)
_FIELD = re.compile(r"[>*_\s]{0,8}([^\W\d][^:：]{0,24}?)\s?[*_]{0,2}\s?[:：][*_]{0,2}(.*)")
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


@dataclass(frozen=True, slots=True)
class Forwarded:
	"""A message that is forwarded: who wrote it, with the address in lower case, and what it says."""

	name: str
	address: str
	text: str


def messages(subject: str, text: str) -> list[Forwarded]:
	"""What is forwarded, the last message first; empty if nothing is.

	A name without an address is left out: programs write colleagues like that.
	"""
	if not _FORWARDS.match(subject or ""):
		return []
	lines = [line[:_LONGEST_LINE] for line in (text or "").splitlines()[:_MAXIMUM_LINES]]
	found = []
	for at, line in enumerate(lines):
		name, value = _field(line)
		if name not in words.FROM:
			continue
		around = {_field(each)[0] for each in lines[max(at - _ABOVE, 0) : at + _BELOW]}
		if len(around & _OTHER_FIELDS) >= 2:
			# A program may break the line in front of the address.
			if address := _ADDRESS.search(value) or _ADDRESS.search(value := " ".join(lines[at : at + 2])):
				writer = _name(value[: address.start()], line)
				found.append((writer, address.group().lower(), at))
	return [Forwarded(name, address, _text(lines, at)) for name, address, at in found[:_MOST]]


def _text(lines: list[str], at: int) -> str:
	"""What follows the header in which the line is."""
	below = at + 1
	while below < len(lines) and _field(lines[below])[0] in _OTHER_FIELDS:
		below += 1
	quoted = lines[at].startswith(">")
	return "\n".join(re.sub(r"^> ?", "", line) if quoted else line for line in lines[below:]).strip()


def _field(line: str) -> tuple[str, str]:
	found = _FIELD.match(line)
	return (found.group(1).strip(" *_").lower(), found.group(2)) if found else ("", "")


def _name(before: str, line: str) -> str:
	"""What stands in front of the address, in its own field."""
	value = _field(before)[1] if _field(before)[0] == _field(line)[0] else before
	return value.replace("mailto:", "").strip(" \t*_<>[](){}\"'“”„")
