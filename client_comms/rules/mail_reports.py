"""What the parts of an email tell that its headers do not: which message a delivery report is about and what became of that one, and
whether a calendar program answers an invitation (C-3, C-4).
"""

import binascii
import quopri
import re
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message

from client_comms.rules.mail_headers import message_ids

# As headers; the name of one that came with an email contains no space.
DELIVERY_ACTIONS, CALENDAR_METHOD = "delivery actions", "calendar method"
_RETURNED = ("message/rfc822", "message/global")
_RETURNED_HEADERS = ("text/rfc822-headers", "message/global-headers")
_STATUS = ("message/delivery-status", "message/global-delivery-status")
_ACTION = re.compile(r"^action:[ \t]{0,20}([a-z-]{1,20})", re.IGNORECASE | re.MULTILINE)
_METHOD = re.compile(r"^method:[ \t]{0,20}([a-z-]{1,20})", re.IGNORECASE | re.MULTILINE)
_MOST_CHARACTERS = 200_000


def returned_ids(parts: Iterable[Message]) -> tuple[str, ...]:
	"""Return the Message-IDs of the message that a delivery report returns, without brackets.

	A report need not refer to that message in its own headers (RFC 3464), but it contains the message or
	its headers, also in the forms for addresses beyond ASCII (RFC 6533).
	"""
	found: list[str] = []
	for part in parts:
		kind = part.get_content_type()
		if kind in _RETURNED_HEADERS or (kind in _RETURNED and part.is_multipart()):
			returned = message_from_bytes(_content(part).lstrip(b"\r\n"))
			found += message_ids(str(returned.get("Message-ID", "")))
	return tuple(dict.fromkeys(found))


def reported_id(message: Message) -> str:
	"""Return the Message-ID of the message whose delivery an email reports (RFC 3464), without brackets; "" if it reports none.

	Another email can have a message attached as well, which it does not answer.
	"""
	if message.get_content_type() != "multipart/report":
		return ""
	return next(iter(returned_ids(message.walk())), "")


def pairs(parts: Iterable[Message]) -> list[tuple[str, str]]:
	"""Return what the parts tell, as headers: the actions of a delivery report ("failed, relayed"), and the method of a calendar ("REPLY")."""
	actions: list[str] = []
	methods: list[str] = []
	for part in parts:
		kind = part.get_content_type()
		if kind in _STATUS:
			actions += _ACTION.findall(_text(part))
		elif kind == "text/calendar":
			methods += (
				[str(part.get_param("method") or "")]
				if part.get_param("method")
				else _METHOD.findall(_text(part))
			)
	found = [(DELIVERY_ACTIONS, ", ".join(dict.fromkeys(map(str.lower, actions))))] if actions else []
	return found + ([(CALENDAR_METHOD, methods[0].upper())] if methods else [])


def _text(part: Message) -> str:
	return _content(part)[:_MOST_CHARACTERS].decode("utf-8", "replace").replace("\r\n", "\n")


def _content(part: Message) -> bytes:
	"""What a part contains; that of a message in it is decoded as well, against the standard, which some servers do not keep."""
	if not part.is_multipart():
		return part.get_payload(decode=True) or b""
	raw = b"\n".join(bytes(each) for each in part.get_payload())
	encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
	if encoding == "quoted-printable":
		return quopri.decodestring(raw)
	if encoding == "base64":
		try:
			return binascii.a2b_base64(raw)
		except binascii.Error:
			return raw
	return raw
