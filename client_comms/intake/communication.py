"""Emails and other messages: each is read once, its conversation is found, and it becomes an event of it (D-1, F-1).

Incoming messages start or continue an interaction, outgoing ones answer it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import frappe
from frappe.utils import get_datetime

from client_comms import clock
from client_comms.client_interactions import addressees
from client_comms.clients import parties
from client_comms.clients.addresses import bare_address
from client_comms.i18n import plain
from client_comms.intake import (
	acknowledgement,
	arrivals,
	failures,
	human_resources,
	inbound_mail,
	mail_writers,
	mailboxes,
	replies,
	scheduled_email,
	threads,
	website_form,
)
from client_comms.rules import (
	automatic_mail,
	classification,
	html_text,
	mail_headers,
	mail_identity,
	outgoing,
	response_clock,
)

INTERACTION, COMMUNICATION = "Client Interaction", "Communication"
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
		age = clock.now() - self.at
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


# --- logging -----------------------------------------------------------------------------------------


def after_insert(doc, method=None):
	"""Log a message as the settings say, and acknowledge it."""
	if is_message(doc):
		failures.attempt(doc, _log_wanted)


def require_promise(doc, method=None):
	"""`validate`: a message that promises an answer is not sent if the promise cannot be recorded (C-4).

	:raises client_comms.exceptions.ActionNotPossibleError: nothing is owed, the day cannot be promised, or it does not go to the client
	"""
	if not (doc.is_new() and doc.sent_or_received == "Sent" and is_message(doc) and replies.is_promise()):
		return
	message = read(doc)
	if interaction := threads.find(message):
		if not _reaches_client(message, interaction):
			replies.refuse_promise()
		until = replies.promised_until(interaction)
		at = scheduled_email.leaves_on(doc) or clock.now()
		interaction.check_event(response_clock.PROMISED, at, until)


def is_message(doc) -> bool:
	if doc.communication_type not in ("Communication", AUTOMATED):
		return False
	if doc.communication_medium:
		return doc.communication_medium in CHANNELS
	return _is_in_portal(doc) or website_form.is_from_visitor(doc)


def channel_of(doc) -> str:
	return CHANNELS.get(doc.communication_medium, PORTAL)


def _log_wanted(doc):
	message = read(doc)
	if message.is_received:
		switch = "log_issues" if message.is_from_portal else "log_inbound_email"
		if message.is_history or not arrivals.is_wanted(switch):
			return None
	return _log_and_acknowledge(message)


def log_arrived(doc):
	"""Log a message that was received, and acknowledge it."""
	return _log_and_acknowledge(read(doc))


def _log_and_acknowledge(message: Message):
	interaction = _log(message, arrivals.is_wanted("log_outbound"), on_arrival=True)
	if interaction:
		acknowledgement.send(interaction, message.document)
	return interaction


def log(doc):
	"""Log a message as a new conversation, or in the one to which it belongs.

	:returns: the interaction; None if there is none, as for mail among staff or automatic mail, and for
	    Frappe's copy of an event, which is linked together with the event
	"""
	return _log(read(doc), staff_may_begin=True)


def _log(message: Message, staff_may_begin: bool, *, on_arrival: bool = False):
	# By hand, it is logged wherever it is filed, and whichever mailbox it came into.
	interaction = _apply(message, staff_may_begin, lambda: on_arrival and _is_about_staff(message.document))
	if interaction:
		_bind(message.document, interaction)
		_tell_doubts(message, interaction)
		website_form.note(message.document, interaction)
	return interaction


def _is_about_staff(doc) -> bool:
	return human_resources.are_about(doc.reference_doctype) or mailboxes.is_apart(doc)


def _tell_doubts(message: Message, interaction) -> None:
	"""That the sender may not be who they say they are is told on the interaction."""
	doubts = mail_identity.doubts(message.headers, parties.is_own) if message.headers else ()
	if doubts and not message.automatic:
		interaction.record(
			mail_identity.IN_DOUBT,
			note="\n".join(map(plain, doubts)),
			source=message.document,
			by="Administrator",
		)


def _apply(message: Message, staff_may_begin: bool, is_about_staff: Callable[[], bool]):
	"""Make the message an event of its conversation, or a new conversation, which one about an applicant or an employee does not begin."""
	if message.is_received and (interaction := threads.of_copy(message)):
		return interaction
	if message.document.reference_name and website_form.is_from_visitor(message.document):
		if interaction := website_form.begun(message.document, message.document.sender):
			return interaction
	if message.is_received and message.automatic == automatic_mail.SPAM:
		return None  # listed as unlogged
	interaction = threads.find(message)
	if message.is_received and message.automatic:
		if not interaction:
			return None
		if event := threads.AUTOMATIC_EVENT.get(message.automatic):
			interaction.record(event, at=message.at, source=message.document)
		elif _is_from_a_stranger(message, interaction):
			return None
		return interaction
	if not message.is_from_staff:
		if (
			interaction
			and replies.may_continue(interaction, message.at)
			and not _is_from_a_stranger(message, interaction)
		):
			replies.client_wrote_back(interaction, message.document, _content(message.document), message.at)
			return interaction
		if is_about_staff():
			return None
		arriving = arrival(message)
		if interaction and _is_from_a_stranger(message, interaction):
			# Under whichever document Frappe filed it; what they quote stays confidential.
			arriving = replace(
				arriving,
				reference_doctype=None,
				reference_name=None,
				at_least=interaction.confidentiality_level,
			)
		return arrivals.open_new(arriving)
	if message.is_received and mail_identity.names_us_falsely(message.headers, parties.is_own):
		return interaction  # it neither answers nor begins anything
	if not interaction:
		return _first_contact(message, is_about_staff) if staff_may_begin else None
	if not _reaches_client(message, interaction):
		replies.tell_still_owed(interaction, message.at)
	elif message.automatic == AUTOMATED:
		# Removed by `acknowledgement_delivery` if it is not sent.
		interaction.record(response_clock.AUTO_ACKNOWLEDGED, at=message.at, source=message.document)
	elif leaves := scheduled_email.leaves_on(message.document):
		scheduled_email.record(interaction, message.document, leaves, message.staff)
	else:
		replies.staff_wrote(interaction, message.document, message.at, message.staff)
	return interaction


def _reaches_client(message: Message, interaction) -> bool:
	"""Whether a message of ours went to the client, and not to an adviser, a supplier or colleagues alone."""
	if message.document.communication_medium != "Email" or not message.address:
		return message.reaches_client
	return addressees.has_client(addressees.of(message.document), interaction)


def _is_from_a_stranger(message: Message, interaction) -> bool:
	"""Whether an email refers to a conversation whose people its writer does not belong to."""
	return message.document.communication_medium == "Email" and not threads.takes_part(message, interaction)


def _first_contact(message: Message, is_about_staff: Callable[[], bool]):
	"""A conversation started by staff; nothing if no client is known, or for automatic messages and campaigns.

	From the document of an applicant or an employee, or a mailbox that is not for clients, only one with a client whom the site knows: the outgoing checks are to see it.
	"""
	if message.automatic or not message.reaches_client:
		return None
	if message.document.reference_doctype in outgoing.ADVERTISING:
		return None
	arriving = arrival(message, classification.OUTBOUND)
	client = arriving.client or parties.client_of(
		arriving.reference_doctype, arriving.reference_name, arriving.sender, arriving.sender_name
	)
	if not (client.party or client.contact or client.name):
		return None
	if (
		not client.party
		and is_about_staff()
		and not parties.of_addresses(map(str.lower, addressees.of(message.document)))
	):
		return None
	return arrivals.open_new(replace(arriving, client=client))


def arrival(message: Message, direction: str = classification.INBOUND) -> arrivals.Arrival:
	"""A message as the beginning of a conversation."""
	doc = message.document
	issue_type = None
	if doc.reference_doctype == "Issue" and doc.reference_name:
		issue_type = frappe.db.get_value("Issue", doc.reference_name, "issue_type")
	return arrivals.Arrival(
		document=doc,
		source=doc.reference_doctype
		if doc.reference_doctype in ("Issue", "Lead", "Opportunity")
		else doc.doctype,
		channel=PORTAL if message.is_from_portal else channel_of(doc),
		subject=website_form.subject_of(doc),
		content=_content(doc),
		sender=message.address,
		sender_name=message.name,
		holders=message.holders,
		at=message.at,
		reference_doctype=doc.reference_doctype,
		reference_name=doc.reference_name,
		email_account=doc.email_account,
		issue_type=issue_type,
		direction=direction,
		client=parties.client_of_number(doc.phone_no) if doc.phone_no and not message.address else None,
		staff=message.staff if direction == classification.OUTBOUND else None,
	)


def _content(doc) -> str:
	"""The text as it was written: while a message is being received, before Frappe drops its quotation marks."""
	if content := doc.flags.client_comms_content:
		return content
	return html_text.of_message(doc.content, doc.text_content)


def _bind(doc, interaction) -> None:
	"""Make the message as confidential as its interaction, and add it to the interaction's timeline."""
	arrivals.bind(doc, interaction)
	doc.flags.client_comms_links_are_known = inbound_mail.is_receiving()
	if doc.reference_doctype == INTERACTION:
		return  # already there
	doc.append(
		"timeline_links",
		{
			"link_doctype": INTERACTION,
			"link_name": interaction.name,
			"communication_date": doc.communication_date,
		},
	).db_insert()
