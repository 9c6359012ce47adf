"""Parts of emails as their senders made them, read so that none is an error and none takes long (D-1).

The standard library raises errors of many kinds at parameters that contradict each other, calls itself for each level of nesting, and
decodes with any codec of Python.
"""

import re
import sys
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header
from email.message import Message

MOST, DEEPEST = 200, 50
# Of the standard library, at emails that are broken.
ERRORS = (AssertionError, AttributeError, LookupError, MessageError, RecursionError, TypeError, ValueError)
# Codecs of Python, and not charsets: one takes time with the square of the length, the others refuse everything.
_NO_CHARSET = re.compile("punycode|idna|undefined")
_ENCODED_WORD = re.compile(r"=\?([^?]*)\?(?:([bq]\?[^?]*)\?=)?", re.IGNORECASE)
_WITH_PARAMETERS = ("content-type", "content-disposition")
# Frappe decodes them whole and looks for an address, which takes time with the square of the length.
_DECODED, _LONGEST = frozenset(("subject", "from", "reply-to", "x-original-from")), 10_000


def walk(message: Message, most: int = MOST) -> Iterator[Message]:
	"""Return the first parts of an email in their order, the email itself included."""
	waiting = [message]
	for _number in range(most):
		if not waiting:
			return
		part = waiting.pop()
		yield part
		if part.is_multipart():
			waiting.extend(reversed(part.get_payload()[:most]))


def is_too_deep(message: Message) -> bool:
	"""Return whether its parts are nested deeper than those of any email that a program made to be read."""
	level = [message]
	for _number in range(DEEPEST):
		level = [each for part in level if part.is_multipart() for each in part.get_payload()]
	return bool(level)


def is_charset(name: object) -> bool:
	"""Return whether a text may be decoded by that name, whether it is known or not. Python passes over what is not ASCII in a name."""
	return not _NO_CHARSET.search(str(name).encode("ascii", "ignore").decode().lower())


def charset(part: Message) -> str | None:
	"""Return the charset that a part names, if it is one."""
	try:
		named = part.get_param("charset")
		# Of three parts, the first is itself a charset, with which Python decodes the third.
		if isinstance(named, tuple) and not is_charset(named[0]):
			return None
		found = part.get_content_charset()
	except ERRORS:
		return None
	return found if found and is_charset(found) else None


def file_name(part: Message) -> str:
	"""Return the name of the file that a part is; empty if it has none, or none that can be read."""
	for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
		try:
			named = part.get_param(parameter, header=header)
			if named and not (isinstance(named, tuple) and not is_charset(named[0])):
				return part.get_filename() or ""
		except ERRORS:
			continue
	return ""


def parameter(part: Message, name: str) -> str:
	"""Return a parameter of the Content-Type of a part that is in ASCII; empty if there is none, or none that can be read."""
	try:
		found = part.get_param(name)
	except ERRORS:
		return ""
	return str(found[2] if isinstance(found, tuple) else found or "")


def content(part: Message) -> bytes:
	"""Return what a part that has no parts contains, decoded; nothing if that cannot be done."""
	try:
		return part.get_payload(decode=True) or b""
	except ERRORS:
		return b""


def as_bytes(part: Message) -> bytes:
	"""Return the headers of a part as they arrived, and what it contains, without the parts in it."""
	lines = "".join(f"{name}: {value}\n" for name, value in part.raw_items())
	try:
		return lines.encode("utf-8", "surrogateescape") + b"\n" + content(part)
	except UnicodeEncodeError:
		return content(part)


def mend(message: Message) -> bool:
	"""Put right what Frappe cannot read, or not soon, in the headers of an email and its parts.

	:returns: whether there was anything
	"""
	return any([_mend(part) for part in walk(message, sys.maxsize)])


def _mend(part: Message) -> bool:
	former = list(part.raw_items())
	mended = [(name, _mended(part, name.lower(), value)) for name, value in former]
	if mended == former:
		return False
	for name, _value in former:
		del part[name]
	for name, value in mended:
		part.set_raw(name, value)
	return True


def _mended(part: Message, name: str, value: str) -> str:
	if name in _WITH_PARAMETERS and not _is_readable(part, name):
		kind = str(value).partition(";")[0].strip()
		return f"{kind}; charset=utf-8" if kind.lower().startswith("text/") else kind
	if name in _DECODED:
		return decodable(value)
	return _ENCODED_WORD.sub(lambda word: word[0] if is_charset(word[1]) else _recoded(word, "utf-8"), value)


def decodable(header: str) -> str:
	"""Return a header that names a person or a subject as it can be decoded soon, by charsets that Python knows."""
	return _ENCODED_WORD.sub(
		lambda word: word[0] if _is_known(word[1]) else _recoded(word, _likely_charset(word)),
		header[:_LONGEST],
	)[:_LONGEST]


def _is_known(charset: str) -> bool:
	try:
		return is_charset(charset) and bool(b"a".decode(charset, "replace"))
	except (LookupError, ValueError):
		return False


def _likely_charset(word: re.Match) -> str:
	"""By which charset an encoded word is read that names one that Python does not know: without the language that can follow it (RFC 2231,
	5), or as a text whose encoding is not known."""
	charset, _star, language = word[1].partition("*")
	if language and _is_known(charset):
		return charset
	try:
		content, _charset = decode_header(f"=?x?{word[2]}?=")[0]
		content.decode("utf-8")
	except ERRORS:
		return "windows-1252"
	return "utf-8"


def _recoded(word: re.Match, charset: str) -> str:
	return word[0].replace(f"=?{word[1]}?", f"=?{charset}?", 1)


def _is_readable(part: Message, header: str) -> bool:
	"""Whether the parameters of a header can be read, and decoded by the charsets that they name."""
	try:
		parameters = part.get_params(failobj=[], header=header)
		return all(
			is_charset(value[0])
			if isinstance(value, tuple)
			else name.lower() != "charset" or is_charset(value)
			for name, value in parameters
		) and (header != "content-type" or _names_charset(part))
	except ERRORS:
		return False


def _names_charset(part: Message) -> bool:
	named = part.get_content_charset()
	return named is None or is_charset(named)
