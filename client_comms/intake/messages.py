"""Reads a message once: when, from staff or a client, by which channel, and by a person or a machine (D-1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe.utils import get_datetime

from client_comms import clock
from client_comms.client_interactions import addressees
from client_comms.clients import parties
from client_comms.clients.addresses import bare_address
from client_comms.intake import mail_writers, mailboxes, unprocessed, website_form
from client_comms.rules import automatic_mail, mail_headers, mail_identity

AUTOMATED = "Automated Message"  # Frappe's type for messages sent by a Notification
CHANNELS = {
	"Email": "Email",
	"Phone": "Phone",
	"Chat": "Chat",
	"SMS": "Chat",
	"Meeting": "Meeting",
	"Visit": "Visit",
	"Other": "Letter",  # Frappe has no medium for letters
}
PORTAL, _VIA_PORTAL = "Portal", "via_customer_portal"


def is_message(doc) -> bool:
	if doc.communication_type not in ("Communication", AUTOMATED):
		return False
	if doc.communication_medium:
		return doc.communication_medium in CHANNELS
	return _is_in_portal(doc) or website_form.is_from_visitor(doc)


def channel_of(doc) -> str:
	return CHANNELS.get(doc.communication_medium, PORTAL)


@dataclass(frozen=True, slots=True)
class Message:
	"""What a Communication says, read once.

	`at` is the moment it reached us, or was written by us, as stored. `automatic` is a kind of `automatic_mail`, or
	`AUTOMATED`; None if a person wrote it. `address` and `name` are the person's on the client's side, whichever way it
	went, `holders` who has the address, if it was looked up. `staff` is the user who wrote; None if a client did.
	"""

	document: object
	headers: Mapping[str, str]
	at: datetime
	is_received: bool
	is_from_portal: bool
	is_from_staff: bool
	automatic: str | None
	address: str
	name: str
	reaches_client: bool
	staff: str | None
	holders: parties.Holders | None

	@property
	def is_history(self) -> bool:
		"""Whether it was already old when its mailbox was connected: `backfill` logs such mail on demand.

		Messages that staff enter by hand are always logged, however old.
		"""
		if not self.headers:
			return False
		age = unprocessed.fetched_at() - self.at
		return age > mail_headers.HISTORY or mailboxes.is_from_before(self.document.email_account, self.at)


def read(doc) -> Message:
	"""Read a Communication."""
	headers = doc.flags.client_comms_headers or {}  # only while it is being received
	is_received = doc.sent_or_received == "Received"
	holders = parties.holders_of(bare_address(doc.sender)) if is_received else None
	own_sender = is_received and parties.is_own(doc.sender, holders)
	automatic = _automatic_kind(doc, headers)
	is_form = own_sender and not automatic and _is_from_form(doc, headers)
	# In the desk, or in their mail program with a mailbox of the site in copy.
	is_from_staff = not is_received or (own_sender and not is_form and doc.communication_medium == "Email")
	if is_form:
		outside, address, name, holders = True, "", doc.sender_full_name or doc.sender, None
	elif is_received and not own_sender:
		outside, address, name = True, doc.sender, doc.sender_full_name
	else:
		recipients = addressees.of(doc)
		address = next((each for each in recipients if not parties.is_own(each)), "")
		outside, name, holders = bool(address) or not recipients, "", None
	return Message(
		document=doc,
		headers=headers,
		at=_moment(doc, headers),
		is_received=is_received,
		is_from_portal=is_received and _is_in_portal(doc),
		is_from_staff=is_from_staff,
		automatic=automatic,
		address=address,
		name=name,
		reaches_client=outside,
		staff=mail_writers.staff_of(doc) if is_from_staff else None,
		holders=holders,
	)


def _moment(doc, headers: Mapping[str, str]) -> datetime:
	"""Frappe leaves the date empty for a message that is being written now."""
	written = doc.communication_date and get_datetime(doc.communication_date).replace(microsecond=0)
	if headers:
		at = mail_headers.received_at(
			headers, written and clock.to_aware(written), clock.to_aware(clock.now())
		)
		return clock.to_stored(at)
	return written or clock.now()


def _is_in_portal(doc) -> bool:
	"""ERPNext turns a client's input in the portal into a message; Frappe Helpdesk also what staff answer there without an email."""
	filed = doc.reference_name and not doc.email_account and doc.reference_doctype
	return bool(
		filed
		and frappe.get_meta(filed).has_field(_VIA_PORTAL)
		and frappe.db.get_value(filed, doc.reference_name, _VIA_PORTAL)
	)


def _automatic_kind(doc, headers: Mapping[str, str]) -> str | None:
	if doc.sent_or_received == "Sent" and doc.communication_type == AUTOMATED:
		return AUTOMATED
	return automatic_mail.automatic_kind(
		headers,
		doc.sender or "",
		doc.subject or "",
		own_domains=frappe.get_cached_doc("Client Comms Settings").own_domains(),
	)


def _is_from_form(doc, headers: Mapping[str, str]) -> bool:
	# Who had an address in the past is not known.
	if doc.communication_medium != "Email" or doc.flags.client_comms_of_the_past:
		return False
	if mail_identity.names_us_falsely(headers, parties.is_own):
		return False
	sender, recipients = bare_address(doc.sender), [each.lower() for each in addressees.of(doc)]
	return website_form.is_from_no_one(sender, recipients, parties.held([sender, *recipients]))
