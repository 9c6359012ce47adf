"""Tokens of links and one-time codes that come back to us: quoted in a client's reply, returned by a mail server, kept in a
mailbox's folder of sent emails (P-1, P-3).

Who reads the message could answer as the client. So a token that belongs to a link is left out wherever it stands, and a code
that waits for its answer unless the client to whom it was sent writes it.
"""

import re
from datetime import timedelta

import frappe

from client_comms import clock
from client_comms.client_privacy import identity, links, mailed_secrets, one_time_codes
from client_comms.rules import addresses

LEFT_OUT = "…"
# As in an address, and as in one that is a part of another address, which security software makes of it.
_TOKEN = re.compile(r"(?<=token)((?:=|%(?:25)*3d)(?:3d)?)([\w-]{43})(?![\w-])", re.IGNORECASE | re.ASCII)
_CODE = re.compile(rf"(?<!\d)\d{{{one_time_codes.DIGITS}}}(?!\d)", re.ASCII)


def left_out(text: str, writer: str = "") -> str:
	"""A text without the secrets in it.

	:param writer: the address of who wrote it
	"""
	return _without_codes(_without_tokens(text), writer)


def as_kept(message: bytes | str) -> bytes | str:
	"""An email that was sent, without the secrets in it."""
	if isinstance(message, str):
		return mailed_secrets.with_texts(message, left_out)
	return as_kept(message.decode(errors="surrogateescape")).encode(errors="surrogateescape")


class LeftOut:
	"""Mixed in before Frappe's class of a received email, so that none of them is stored."""

	def parse(self):
		super().parse()
		writer = addresses.first(str(self.mail.get("From") or ""))
		self.text_content = left_out(self.text_content, writer)
		self.html_content = left_out(self.html_content, writer)
		# A mail server attaches the text that it returns.
		for attachment in self.attachments:
			if attachment["content_type"].startswith("text/"):
				text = attachment["fcontent"].decode(errors="surrogateescape")
				attachment["fcontent"] = left_out(text, writer).encode(errors="surrogateescape")


def _without_tokens(text: str) -> str:
	hashes = {links.hash_of(token): token for _sign, token in _TOKEN.findall(text)}
	if not hashes:
		return text
	ours = frappe.get_all(links.LINK, {"token_hash": ("in", [*hashes])}, pluck="token_hash", order_by=None)
	tokens = {hashes[each] for each in ours}
	return _TOKEN.sub(lambda found: found[1] + (LEFT_OUT if found[2] in tokens else found[2]), text)


def _without_codes(text: str, writer: str) -> str:
	written = set(_CODE.findall(text))
	if not written:
		return text
	waiting = frappe.get_all(
		identity.VERIFICATION,
		{
			"result": identity.PENDING,
			"code_hash": ("is", "set"),
			"creation": (">", clock.now() - timedelta(minutes=one_time_codes.VALID_MINUTES)),
		},
		["name", "code_hash", "sent_to"],
		order_by=None,
	)
	codes = {
		code
		for row in waiting
		if (row.sent_to or "").lower() != writer.lower()
		for code in written
		if one_time_codes.is_right(row, code)
	}
	return _CODE.sub(lambda found: LEFT_OUT if found[0] in codes else found[0], text)
