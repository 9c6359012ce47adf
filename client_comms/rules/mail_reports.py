"""What the parts of an email tell that its headers do not: which message a delivery report is about and what became of that one, and
whether a calendar program answers an invitation (C-3, C-4).
"""

import binascii
import quopri
import re
from collections.abc import Iterable
from contextlib import suppress
from email.message import Message
from email.parser import BytesHeaderParser

from client_comms.rules import mail_parts
from client_comms.rules.mail_headers import message_ids

# As headers; the name of one that came with an email contains no space.
DELIVERY_ACTIONS, CALENDAR_METHOD = "delivery actions", "calendar method"
_RETURNED = ("message/rfc822", "message/global")
_RETURNED_HEADERS = ("text/rfc822-headers", "message/global-headers")
_STATUS = ("message/delivery-status", "message/global-delivery-status")
_ACTION = re.compile(r"^action:[ \t]{0,20}([a-z-]{1,20})", re.IGNORECASE | re.MULTILINE)
_METHOD = re.compile(r"^method:[ \t]{0,20}([a-z-]{1,20})", re.IGNORECASE | re.MULTILINE)
_ENCODINGS = ("base64", "quoted-printable")
_MOST_CHARACTERS = 200_000


def returned_ids(parts: Iterable[Message]) -> tuple[str, ...]:
	"""Return the Message-IDs of the message that a delivery report returns, without brackets.

	A report need not refer to that message in its own headers (RFC 3464), but it contains the message or
	its headers, also in the forms for addresses beyond ASCII (RFC 6533).
	"""
	found: list[str] = []
	for part in parts:
		with suppress(*mail_parts.ERRORS):  # what is broken in one part hides nothing of the others
			kind = part.get_content_type()
			if kind in _RETURNED_HEADERS or (kind in _RETURNED and part.is_multipart()):
				found += message_ids(str(_returned(part).get("Message-ID", "")))
	return tuple(dict.fromkeys(found))


def reported_id(message: Message) -> str:
	"""Return the Message-ID of the message whose delivery an email reports (RFC 3464), without brackets; "" if it reports none.

	Another email can have a message attached as well, which it does not answer.
	"""
	if message.get_content_type() != "multipart/report":
		return ""
	return next(iter(returned_ids(mail_parts.walk(message))), "")


def pairs(parts: Iterable[Message]) -> list[tuple[str, str]]:
	"""Return what the parts tell, as headers: the actions of a delivery report ("failed, relayed"), and the method of a calendar ("REPLY")."""
	actions: list[str] = []
	methods: list[str] = []
	for part in parts:
		with suppress(*mail_parts.ERRORS):
			kind = part.get_content_type()
			if kind in _STATUS:
				actions += _ACTION.findall(_text(part))
			elif kind == "text/calendar":
				named = mail_parts.parameter(part, "method")
				methods += [named] if named else _METHOD.findall(_text(part))
	found = [(DELIVERY_ACTIONS, ", ".join(dict.fromkeys(map(str.lower, actions))))] if actions else []
	return found + ([(CALENDAR_METHOD, methods[0].upper())] if methods else [])


def _returned(part: Message) -> Message:
	"""The headers of the message that a part returns."""
	if part.is_multipart() and _encoding(part) not in _ENCODINGS:
		return part.get_payload(0)
	return BytesHeaderParser().parsebytes(_content(part)[:_MOST_CHARACTERS].lstrip(b"\r\n"))


def _text(part: Message) -> str:
	return _content(part)[:_MOST_CHARACTERS].decode("utf-8", "replace").replace("\r\n", "\n")


def _content(part: Message) -> bytes:
	"""What a part contains; that of a message in it is decoded as well, against the standard, which some servers do not keep. What
	is nested deeper is left out, or work would grow with the depth."""
	if not part.is_multipart():
		return mail_parts.content(part)
	raw = b"\n".join(map(mail_parts.as_bytes, part.get_payload()))
	if _encoding(part) == "quoted-printable":
		return quopri.decodestring(raw)
	if _encoding(part) == "base64":
		try:
			return binascii.a2b_base64(raw)
		except binascii.Error:
			return raw
	return raw


def _encoding(part: Message) -> str:
	return str(part.get("Content-Transfer-Encoding", "")).strip().lower()
