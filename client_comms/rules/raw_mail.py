"""What can be read of an email as it arrived, however broken it is (D-1).

Time and memory are bounded by the size of the email: its sender decides about its parts, their nesting and their
encodings. Nothing is unpacked.
"""

import email
import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import quote
from itertools import accumulate

from client_comms.rules import addresses, html_text, mail_headers, mail_parts, mail_reports, storable_text

MAXIMUM_CHARACTERS = 200_000
_NESTED = re.compile(rb"(?:^|[\r\n])content-type:\s*multipart/", re.IGNORECASE)
_HEADER_BYTES = 2_000_000
_MOST_BOUNDARIES = 10_000
_ABOUT_A_PART = re.compile(rb"(?:^|[\r\n])content-(?:type|disposition)[ \t]*:", re.IGNORECASE)
_END_OF_HEADER = re.compile(rb"\r?\n(?![ \t])|\r(?![ \t\n])")
_MOST_COMPARED = 60_000_000  # some seconds
_MOST_SQUARES = 2_000_000_000  # about a second
_NEEDS_QUOTES = re.compile(r'[][\\()<>@,:;".]')
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")
_ATTRIBUTION = re.compile(r"On\s")
_MOST_STEPS = 300_000_000  # about a second
_LONGEST_TEXT = 1_000_000
_MOST_TAGS = 30_000
_MOST_EMPTY, _EMPTY = (
	8_000,
	re.compile(r"<(area|base|br|col|embed|hr|img|input|link|meta|source|wbr)\b", re.I),
)
_MOST_OPEN, _STYLED = (
	500,
	re.compile(r"<(/?)(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.I),
)
# Without those that are empty, or end where the next one begins.
_DEEPEST, _WITH_CONTENT = (
	2_000,
	re.compile(
		r"<(/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|source|t[dhr]|tbody|tfoot|thead|wbr)\b)[a-z]",
		re.I,
	),
)


def headers_of(raw: bytes) -> mail_headers.Headers:
	"""Return the headers, undecoded."""
	return mail_headers.Headers(_pairs(BytesHeaderParser().parsebytes(raw[:_HEADER_BYTES])))


def all_headers_of(raw: bytes) -> mail_headers.Headers:
	"""Return the headers, with what the parts tell beside them; see `headers_in`."""
	return _with_parts(_pairs(BytesHeaderParser().parsebytes(raw[:_HEADER_BYTES])), _parts(raw))


def headers_in(message: Message) -> mail_headers.Headers:
	"""Return the headers of an email, undecoded, with what its parts tell (`mail_reports`). For a delivery report, the references are
	those of the message that it returns as well."""
	return _with_parts(_pairs(message), list(mail_parts.walk(message)))


def _with_parts(pairs: list[tuple[str, str]], parts: list[Message]) -> mail_headers.Headers:
	told = mail_reports.pairs(parts)
	if returned := mail_reports.returned_ids(parts):
		references = mail_headers.Headers(pairs).get("References", "")
		told.append(("References", " ".join((references, *(f"<{each}>" for each in returned)))))
	return mail_headers.Headers([*told, *pairs])


def _pairs(message: Message) -> list[tuple[str, str]]:
	return [(name, _unfolded(value)) for name, value in message.raw_items()]


def decoded(value: str) -> str:
	"""Return a header with decoded words; an unknown or wrong charset loses characters, not the header. All can be stored."""
	value = storable_text.repaired(value)
	try:
		parts = decode_header(value)
	except (HeaderParseError, ValueError):
		return value
	text = ""
	for part, charset in parts:
		if isinstance(part, str):
			text += part
			continue
		try:
			if charset and not mail_parts.is_charset(charset):
				text += text_of_bytes(part)
			else:
				text += part.decode(charset, "replace") if charset else _unescaped(part, value)
		except (LookupError, ValueError):
			text += text_of_bytes(part)
	return storable_text.repaired(" ".join(text.split()))


def _unescaped(part: bytes, header: str) -> str:
	"""What stands beside encoded words, which the standard library hands over with letters beyond Latin-1 escaped; what looks like
	that in the header itself stays."""

	def letter(found: re.Match) -> str:
		code = int(found[1] or found[2], 16)
		return chr(code) if 0xFF < code < 0x110000 and chr(code) in header else found[0]

	return _ESCAPED.sub(letter, part.decode("latin-1"))


def unencoded(message: Message, name: str) -> str:
	"""Return a header whose letters stand there as they are, against the standard (RFC 5322); empty if it has none such."""
	return decoded(_unencoded(message, name))


def unencoded_addresses(message: Message, name: str) -> str:
	"""Return `unencoded` of a list of addresses; they are told apart first, because an encoded name can contain a comma."""
	value = _unencoded(message, name)
	named = (_with_name(decoded(person), decoded(address)) for person, address in addresses.parsed(value))
	return ", ".join(filter(None, named)) or decoded(value)


def text_of(raw: bytes) -> str:
	"""Return what an email says: its HTML as text, otherwise its plain text; empty if it consists of files alone.

	Of an email that cannot be divided into its parts, or of which none can be read, it is what follows the headers.
	"""
	found: dict[str, str] = {}
	has_files = False
	for part in _parts(raw):
		with suppress(*mail_parts.ERRORS):
			kind = part.get_content_type()
			if part.get_content_maintype() == "text" and not mail_parts.file_name(part):
				found[kind] = found.get(kind) or _text_of_part(part)
			elif part.get_content_maintype() not in ("multipart", "message"):
				has_files = True
	text = found.get("text/html") or found.get("text/plain") or "".join(found.values())
	if not (found or has_files):
		text = _body(raw)
	return storable_text.repaired(text[:MAXIMUM_CHARACTERS].replace("\0", ""))


def _body(raw: bytes) -> str:
	"""What follows the headers, as it is."""
	_headers, *body = re.split(rb"\r?\n\r?\n", raw[: _HEADER_BYTES + MAXIMUM_CHARACTERS], maxsplit=1)
	return text_of_bytes(b"".join(body))


def text_of_bytes(raw: bytes) -> str:
	"""Return text whose encoding is not known."""
	if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
		return raw.decode("utf-16", "replace")
	try:
		return raw.decode("utf-8-sig")
	except UnicodeDecodeError:
		return raw.decode("cp1252", "replace")


def has_too_many_parts(raw: bytes) -> bool:
	"""Return whether reading an email would take memory out of proportion to its size."""
	return raw.count(b"\n--") + raw.count(b"\r--") > _MOST_BOUNDARIES


def is_slow_to_divide(raw: bytes) -> bool:
	"""Return whether dividing an email into its parts takes memory out of proportion to its size, or time.

	Each line is compared with the boundaries of all parts around it. Before version 3.13 of Python, time grows with the square of the
	length of a header that says what a part is.
	"""
	lines = max(raw.count(b"\n"), raw.count(b"\r"))
	if has_too_many_parts(raw) or len(_NESTED.findall(raw)) * lines > _MOST_COMPARED:
		return True
	squares = 0
	for found in _ABOUT_A_PART.finditer(raw):
		end = _END_OF_HEADER.search(raw, found.end())
		squares += ((end.start() if end else len(raw)) - found.end()) ** 2
	return squares > _MOST_SQUARES


def is_slow(text: str) -> bool:
	"""Return whether looking for "On … wrote:" in a plain text, as `email-reply-parser` does, takes long: the work grows with the
	length, and with the square of the number of lines that could begin like that.
	"""
	return len(text) > _LONGEST_TEXT or len(_ATTRIBUTION.findall(text)) ** 2 * len(text) > _MOST_STEPS


def is_slow_html(html: str) -> bool:
	"""Return whether cleaning the HTML of an email, as Frappe does it several times, takes long: the work grows with the number of
	tags, and with the squares of the numbers of empty elements, and of styles and of other elements that are open at once.
	"""
	return (
		html.count("<") > _MOST_TAGS
		or sum(1 for _tag in _EMPTY.finditer(html)) > _MOST_EMPTY
		or _depth(_STYLED, html) > _MOST_OPEN
		or _depth(_WITH_CONTENT, html) > _DEEPEST
	)


def _depth(elements: re.Pattern, html: str) -> int:
	"""How many of the elements are open at once; what ends without having begun counts for nothing."""
	tags = (-1 if tag[1] else 1 for tag in elements.finditer(html))
	return max(accumulate(tags, lambda depth, tag: max(depth + tag, 0), initial=0))


def _parts(raw: bytes) -> list[Message]:
	if is_slow_to_divide(raw):
		return []
	try:
		message = email.message_from_bytes(raw)
		return [] if mail_parts.is_too_deep(message) else list(mail_parts.walk(message))
	except mail_parts.ERRORS:  # the parser calls itself for each level
		return []


def _text_of_part(part: Message) -> str:
	content = _payload(part)
	return html_text.to_text(content) if part.get_content_type() == "text/html" else content


def _payload(part: Message) -> str:
	content = mail_parts.content(part)
	try:
		return content.decode(mail_parts.charset(part) or "utf-8")
	except (LookupError, ValueError):
		return text_of_bytes(content)


def _with_name(person: str, address: str) -> str:
	"""As in a header; the standard library encodes the letters again."""
	if not person:
		return address
	return f'"{quote(person)}" <{address}>' if _NEEDS_QUOTES.search(person) else f"{person} <{address}>"


def _unencoded(message: Message, name: str) -> str:
	value = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
	return "" if str(value).isascii() else _unfolded(value)


def _unfolded(value: str) -> str:
	"""The header as text: unencoded bytes are decoded as UTF-8, otherwise as Windows-1252."""
	try:
		raw = str(value).encode("utf-8", "surrogateescape")
	except UnicodeEncodeError:
		raw = storable_text.repaired(str(value)).encode()
	return " ".join(text_of_bytes(raw).split())
