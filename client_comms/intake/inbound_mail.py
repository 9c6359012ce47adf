"""Emails as they come out of a mailbox, with what their senders claim put right before anything is made of them."""

from datetime import timezone
from email.utils import parsedate_to_datetime

import frappe
from frappe.email.receive import InboundMail
from frappe.utils import get_datetime, parse_addr, sanitize_html

from client_comms import clock, validation
from client_comms.clients import parties
from client_comms.rules import mail_identity
from client_comms.rules.mail_identity import Identity

COMMUNICATION = "Communication"


class ReceivedMail(InboundMail):
	"""A message that Frappe has fetched."""

	@classmethod
	def of(cls, mail: InboundMail) -> "ReceivedMail":
		return cls(mail.raw_message, mail.email_account, mail.uid, mail.seen_status, mail.append_to)

	def set_from(self):
		super().set_from()
		name, address = sender_in_header(self.mail)
		wrote = mail_identity.writer(address, self.from_email or "", parties.is_own)
		if wrote != (self.from_email or ""):
			self.from_email, self.from_real_name = wrote, name

	def is_exist_in_system(self):
		"""Frappe takes every message with the Message-ID of another one for that one, and drops it."""
		known = super().is_exist_in_system()
		mine = Identity(self.from_email or "", date_of(self.mail), _words(self.text_content, self.content))
		if known and not mail_identity.is_same(mine, identity_of(known)):
			self.message_id = fresh_id(self.message_id)
			return None
		return known


def sender_in_header(headers) -> tuple[str, str]:
	"""Name and address (in lower case) of the From header."""
	name, address = parse_addr(InboundMail.decode_email(headers.get("From")) or "")
	return name, (address or "").lower()


def date_of(headers):
	"""What the Date header says, as stored; None without one, and for one that lies ahead, which Frappe replaces."""
	try:
		date = parsedate_to_datetime(headers.get("Date") or "")
	except (ValueError, TypeError, OverflowError):
		return None
	date = clock.to_stored(date if date.tzinfo else date.replace(tzinfo=timezone.utc))
	return date if date <= clock.now() else None


def identity_of(communication) -> Identity:
	"""The identity of a stored message."""
	date = communication.communication_date
	return Identity(
		parse_addr(communication.sender or "")[1].lower(),
		date and get_datetime(date).replace(microsecond=0),
		_words(communication.text_content, communication.content),
	)


def fresh_id(message_id: str) -> str:
	"""A Message-ID instead of one that belongs to another message, so that no reply to that one is taken for a reply to this."""
	return f"{frappe.generate_hash(length=10)}.{message_id}"


def _words(text: str | None, content: str | None) -> str:
	"""The text of a message; of one that is HTML alone, what Frappe keeps of it."""
	return " ".join((text or "").split()) or " ".join(validation.plain(sanitize_html(content or "")).split())
