"""Which messages are copies of one: Frappe takes every message with the Message-ID of another one for that one (D-1)."""

from dataclasses import replace
from datetime import timezone
from email.utils import parsedate_to_datetime

import frappe
from frappe.utils import get_datetime, sanitize_html

from client_comms import clock, validation
from client_comms.clients import parties
from client_comms.clients.addresses import bare_address
from client_comms.intake import spool
from client_comms.rules import mail_identity
from client_comms.rules.mail_identity import Identity

STAMP = b"Received: by mailbox; "  # of what no server stamped
_NO_ID = "no-message-id@client-comms.invalid"


def with_same_id(doc) -> list:
	"""Other messages with the same Message-ID, the first one first."""
	if not doc.message_id:
		return []
	return frappe.db.sql(
		"""select sender, communication_date, text_content, content, client_interaction from `tabCommunication`
		where message_id = %(message_id)s and name != %(name)s order by creation""",
		{"message_id": doc.message_id, "name": doc.name or ""},
		as_dict=True,
	)


def of(doc) -> list:
	"""Other copies of a message, which was sent to several mailboxes, the first one first."""
	found = doc.flags.client_comms_copies  # just looked up for a message that is being received
	return [other for other in with_same_id(doc) if is_copy(doc, other)] if found is None else found


def is_copy(doc, other) -> bool:
	"""Whether `other` has the same Message-ID because it is the same message: a copy to another mailbox, or of what staff sent."""
	if parties.is_own(doc.sender):
		return True
	mine = identity_of(doc)
	if not date_of(doc.flags.client_comms_headers or {}):
		mine = replace(mine, date=None)
	return mail_identity.is_same(mine, identity_of(other))


def date_of(headers):
	"""What the Date header says, as stored; None without one, and for one that lies ahead, which Frappe replaces."""
	try:
		date = parsedate_to_datetime(str(headers.get("Date") or ""))
	except (ValueError, TypeError, OverflowError):
		return None
	date = clock.to_stored(date if date.tzinfo else date.replace(tzinfo=timezone.utc))
	return date if date <= clock.now() else None


def identity_of(communication) -> Identity:
	"""The identity of a stored message."""
	date = communication.communication_date
	return Identity(
		bare_address(communication.sender),
		date and get_datetime(date).replace(microsecond=0),
		words(communication.text_content, communication.content),
	)


def fresh_id(message_id: str) -> str:
	"""A Message-ID instead of one that belongs to another message, so that no reply to that one is taken for a reply to this."""
	return f"{frappe.generate_hash(length=10)}.{message_id}"


def own_id_of(mail, named: str | None = None) -> str:
	"""The Message-ID of an email (Frappe's `InboundMail`) that came without one, or with that of another message (`named`): the same each
	time that it is fetched."""
	return own_id(mail.email_account.name, mail.raw_message, named)


def own_id(account: str, raw: bytes | str, named: str | None = None) -> str:
	raw = raw if isinstance(raw, bytes) else raw.encode(errors="replace")
	if raw.startswith(STAMP):  # of one that is tried again
		raw = raw.partition(b"\n")[2]
	return f"{spool.fingerprint(account, raw)}.{named or _NO_ID}"


def words(text: str | None, content: str | None) -> str:
	"""The text of a message; of one that is HTML alone, what Frappe keeps of it."""
	return " ".join((text or "").split()) or " ".join(validation.plain(sanitize_html(content or "")).split())
