"""Which message an email is: who wrote it, and whether another one with its Message-ID is the same (D-1)."""

from dataclasses import replace

import frappe
from frappe.utils import parse_addr

from client_comms.clients import parties
from client_comms.intake import inbound_mail
from client_comms.rules import mail_identity

COMMUNICATION = "Communication"


def settle(doc, method=None) -> None:
	"""`before_insert` of Communication, after its headers were read: set who wrote it, and tell it from other messages."""
	if doc.sent_or_received != "Received" or doc.communication_medium != "Email":
		return
	set_writer(doc)
	if (others := with_same_id(doc)) and not any(is_copy(doc, other) for other in others):
		doc.message_id = inbound_mail.fresh_id(doc.message_id)


def set_writer(doc) -> None:
	headers = doc.flags.client_comms_headers
	if not headers:
		return
	name, address = inbound_mail.sender_in_header(headers)
	claimed = parse_addr(doc.sender or "")[1].lower()
	if mail_identity.writer(address, claimed, parties.is_own) != claimed:
		doc.update({"sender": address, "sender_full_name": name})


def with_same_id(doc) -> list:
	"""Other messages with the same Message-ID, the first one first."""
	if not doc.message_id:
		return []
	return frappe.get_all(
		COMMUNICATION,
		{"message_id": doc.message_id, "name": ("!=", doc.name or "")},
		["sender", "communication_date", "text_content", "content", "client_interaction"],
		order_by="creation asc",
	)


def is_copy(doc, other) -> bool:
	"""Whether `other` has the same Message-ID because it is the same message: a copy to another mailbox, or of what staff sent."""
	if parties.is_own(doc.sender):
		return True
	mine = inbound_mail.identity_of(doc)
	if not inbound_mail.date_of(doc.flags.client_comms_headers or {}):
		mine = replace(mine, date=None)
	return mail_identity.is_same(mine, inbound_mail.identity_of(other))
