"""Emails and other messages: incoming ones start or continue an interaction, outgoing ones answer it."""

from dataclasses import replace
from datetime import datetime

import frappe
from frappe.utils import escape_html, get_datetime, parse_addr, split_emails

from client_comms import clock
from client_comms.clients import contacts, parties
from client_comms.intake import acknowledgement, arrivals, inbound_headers, inbound_mail
from client_comms.rules import automatic_mail, classification, mail_headers, mail_identity, response_clock

INTERACTION, COMMUNICATION = "Client Interaction", "Communication"
AUTOMATIC_EVENT = {automatic_mail.BOUNCE: "Bounced", automatic_mail.AUTO_REPLY: "Automatic Reply"}
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
# A message filed under one of these identifies the client, but not the conversation.
_MASTERS = ("Customer", "Contact", "Supplier", "Prospect", "User")
_NAMED_IN_SUBJECTS = ("Issue", "Opportunity")


def before_insert(doc, method=None):
	"""Read the headers of a message while Frappe still has them, and set who wrote it."""
	if doc.sent_or_received != "Received" or doc.communication_medium != "Email":
		return
	try:
		doc.flags.client_comms_headers = inbound_headers.of_message_being_received()
	except Exception:
		frappe.log_error(title="Headers of a message could not be read")
	_set_writer(doc)
	if (others := _with_same_id(doc)) and not any(_is_copy(doc, other) for other in others):
		doc.message_id = inbound_mail.fresh_id(doc.message_id)


def _set_writer(doc) -> None:
	headers = doc.flags.client_comms_headers
	if not headers:
		return
	name, address = inbound_mail.sender_in_header(headers)
	claimed = parse_addr(doc.sender or "")[1].lower()
	if mail_identity.writer(address, claimed, parties.is_own) != claimed:
		doc.update({"sender": address, "sender_full_name": name})


def _with_same_id(doc) -> list:
	"""Other messages with the same Message-ID, the first one first."""
	if not doc.message_id:
		return []
	return frappe.get_all(
		COMMUNICATION,
		{"message_id": doc.message_id, "name": ("!=", doc.name or "")},
		["sender", "communication_date", "text_content", "content", "client_interaction"],
		order_by="creation asc",
	)


def _is_copy(doc, other) -> bool:
	"""Whether `other` has the same Message-ID because it is the same message: a copy to another mailbox, or of what staff sent."""
	if _has_own_sender(doc):
		return True
	mine = inbound_mail.identity_of(doc)
	if not inbound_mail.date_of(doc.flags.client_comms_headers or {}):
		mine = replace(mine, date=None)
	return mail_identity.is_same(mine, inbound_mail.identity_of(other))


def after_insert(doc, method=None):
	"""Log a message."""
	if not is_message(doc):
		return
	if doc.sent_or_received == "Received" and (not arrivals.is_wanted(_switch(doc)) or _is_history(doc)):
		return
	arrivals.attempt(doc, log_arrived)


def log_arrived(doc):
	"""Log a message according to the settings, and acknowledge it."""
	interaction = log(doc) if arrivals.is_wanted("log_outbound") else log_in_thread(doc)
	if interaction:
		acknowledgement.send(interaction, doc)
	return interaction


def is_message(doc) -> bool:
	return doc.communication_type in ("Communication", AUTOMATED) and doc.communication_medium in CHANNELS


def log(doc):
	"""Log a message as a new conversation, or in the one to which it belongs.

	:returns: the interaction; None if there is none, as for mail among staff or automatic mail, and for
	    Frappe's copy of an event, which is linked together with the event
	"""
	interaction = log_in_thread(doc)
	if interaction or not _is_from_staff(doc):
		return interaction
	return _bound(doc, _first_contact(doc))


def log_in_thread(doc):
	"""Log a message, but not as a conversation started by staff."""
	return _bound(doc, _received(doc) if doc.sent_or_received == "Received" else _sent(doc))


def _switch(doc) -> str:
	return "log_issues" if _is_from_portal(doc) else "log_inbound_email"


def _is_from_portal(doc) -> bool:
	"""ERPNext turns a client's input in the portal into a message."""
	return bool(
		doc.reference_doctype == "Issue"
		and not doc.email_account
		and doc.sent_or_received == "Received"
		and frappe.db.get_value("Issue", doc.reference_name, "via_customer_portal")
	)


def _received(doc):
	if copy_of := _same_message(doc):
		return frappe.get_doc(INTERACTION, copy_of)
	interaction = find_thread(doc)
	if kind := _automatic_kind(doc):
		if interaction and kind in AUTOMATIC_EVENT:
			interaction.record(AUTOMATIC_EVENT[kind], at=_moment(doc), source=doc)
		return interaction
	if _is_from_staff(doc):
		if interaction and _reaches_client(doc):
			arrivals.staff_wrote(interaction, doc, _moment(doc), _staff(doc))
		return interaction
	arrival = _arrival(doc)
	if interaction and doc.communication_medium == "Email" and not _takes_part(doc, interaction):
		# A stranger starts an interaction, under whichever document Frappe filed it; what they quote stays confidential.
		arrival = replace(
			arrival,
			reference_doctype=None,
			reference_name=None,
			at_least=interaction.confidentiality_level,
		)
		return arrivals.open_new(arrival)
	if interaction and arrivals.may_continue(interaction, arrival.at):
		arrivals.client_wrote(interaction, arrival)
	else:
		interaction = arrivals.open_new(arrival)
	return interaction


def _sent(doc):
	interaction = find_thread(doc)
	if interaction and _reaches_client(doc):
		if doc.communication_type == AUTOMATED:
			# Removed by `outgoing.notification` if it is not sent.
			interaction.record(response_clock.AUTO_ACKNOWLEDGED, at=_moment(doc), source=doc)
		else:
			arrivals.staff_wrote(interaction, doc, _moment(doc), _staff(doc))
	return interaction


def _first_contact(doc):
	"""A conversation started by staff; nothing if no client is known, or for automatic messages."""
	if doc.communication_type == AUTOMATED or _automatic_kind(doc) or not _reaches_client(doc):
		return None
	arrival = _arrival(doc, classification.OUTBOUND)
	client = arrival.client or parties.client_of(
		arrival.reference_doctype, arrival.reference_name, arrival.sender, arrival.sender_name
	)
	if not (client.party or client.contact or client.name):
		return None
	return arrivals.open_new(replace(arrival, client=client))


def _automatic_kind(doc) -> str | None:
	return automatic_mail.automatic_kind(
		doc.flags.client_comms_headers or {},
		doc.sender or "",
		doc.subject or "",
		own_domains=frappe.get_cached_doc("Client Comms Settings").own_domains(),
	)


def _is_from_staff(doc) -> bool:
	"""Whether staff wrote it: in the desk, or in their mail program with a mailbox of the site in copy."""
	return doc.sent_or_received == "Sent" or (doc.communication_medium == "Email" and _has_own_sender(doc))


def _has_own_sender(doc) -> bool:
	if doc.flags.client_comms_own_sender is None:  # needed several times while a message is processed
		doc.flags.client_comms_own_sender = parties.is_own(doc.sender)
	return doc.flags.client_comms_own_sender


def _staff(doc) -> str | None:
	"""The user who wrote: the owner of the address, otherwise the user who entered the message."""
	return parties.user_of(doc.sender) or doc.user


def _same_message(doc) -> str | None:
	"""The interaction of another copy of the message."""
	for other in _with_same_id(doc):
		if other.client_interaction and _is_copy(doc, other):
			return other.client_interaction
	return None


def find_thread(doc):
	"""The interaction that a message belongs to, locked for the change that follows; None for a new conversation.

	Search order: the message to which it replies, the messages to which its headers refer, a document that its
	subject names, the document under which it is filed.
	"""
	name = next(filter(None, (find(doc) for find in _THREADS)), None)
	return frappe.get_doc(INTERACTION, name, for_update=True) if name else None


def _by_message_replied_to(doc) -> str | None:
	return doc.in_reply_to and frappe.db.get_value(COMMUNICATION, doc.in_reply_to, "client_interaction")


def _by_headers(doc) -> str | None:
	ids = mail_headers.reply_ids(doc.flags.client_comms_headers or {})
	return ids and frappe.db.get_value(
		"Communication",
		{"message_id": ("in", ids), "client_interaction": ("is", "set")},
		"client_interaction",
		order_by="creation desc",
	)


def _by_name_in_subject(doc) -> str | None:
	"""The interaction that the subject names, or that is about the Issue or Opportunity it names.

	Anyone can write a number into a subject, so it counts only if the person on the client's side matches.
	"""
	names = mail_headers.document_names(doc.subject)
	if not names:
		return None
	table = frappe.qb.DocType(INTERACTION)
	about_named = table.reference_doctype.isin(_NAMED_IN_SUBJECTS) & table.reference_name.isin(names)
	found = (
		frappe.qb.from_(table)
		.select(table.name, table.contact, table.party_type, table.party)
		.where(table.name.isin(names) | about_named)
		.orderby(table.occurred_on, order=frappe.qb.desc)
	).run(as_dict=True)
	address, name = _other_side(doc)
	client = found and parties.client_of(None, None, address, name)
	return next((row.name for row in found if _fits(row, client, address)), None)


def _fits(interaction, client: parties.Client, address: str) -> bool:
	if client.contact and client.contact == interaction.contact:
		return True
	if client.party and (client.party_type, client.party) == (interaction.party_type, interaction.party):
		return True
	written = {"client_interaction": interaction.name, "sender": parse_addr(address or "")[1]}
	return bool(address and frappe.db.exists("Communication", written))


def _by_reference(doc) -> str | None:
	if not doc.reference_name or doc.reference_doctype in _MASTERS:
		return None
	filters = {}
	if doc.reference_doctype == "Lead" and doc.sent_or_received == "Received":
		# All mail of a person is filed under their one lead, so only a reply continues a conversation.
		subject = mail_headers.normalise_subject(doc.subject)
		if subject == " ".join((doc.subject or "").split()):
			return None
		filters["subject"] = subject[:140]
	return arrivals.about_name(doc.reference_doctype, doc.reference_name, **filters)


_THREADS = (_by_message_replied_to, _by_headers, _by_name_in_subject, _by_reference)


def _takes_part(doc, interaction) -> bool:
	"""Whether the person who wrote an email belongs to the conversation: as its client, or because they wrote in it or
	were written to. Anyone can refer to a message, or to a document.
	"""
	address = parse_addr(_other_side(doc)[0] or "")[1].lower()
	return (
		address in contacts.addresses_of(interaction.party_type, interaction.party, interaction.contact)
		or address in contacts.addresses_in(interaction.reference_doctype, interaction.reference_name)
		or address in _participants(interaction)
	)


def _participants(interaction) -> set[str]:
	"""The addresses between which messages of the interaction went."""
	rows = frappe.get_all(
		COMMUNICATION, {"client_interaction": interaction.name}, ["sender", "recipients", "cc"], order_by=None
	)
	named = (split_emails(each) for row in rows for each in row.values() if each)
	return {parse_addr(each)[1].lower() for several in named for each in several}


def _moment(doc) -> datetime:
	"""When the message reached us, or when we wrote it; Frappe leaves that empty for one that is being written now."""
	written = doc.communication_date and get_datetime(doc.communication_date).replace(microsecond=0)
	if headers := doc.flags.client_comms_headers:  # it is just being received
		at = mail_headers.received_at(
			headers, written and clock.to_aware(written), clock.to_aware(clock.now())
		)
		return clock.to_stored(at)
	return written or clock.now()


def _is_history(doc) -> bool:
	"""Whether the message was already old when its mailbox was connected: `backfill` logs such mail on demand.

	Messages that staff enter by hand are always logged, however old.
	"""
	return bool(doc.flags.client_comms_headers) and clock.now() - _moment(doc) > mail_headers.HISTORY


def _reaches_client(doc) -> bool:
	addresses = _recipients(doc)
	return not addresses or any(not parties.is_own(each) for each in addresses)


def _recipients(doc) -> list[str]:
	recipients = split_emails(doc.recipients or "") + split_emails(doc.cc or "")
	return [address for each in recipients if (address := parse_addr(each)[1])]


def _other_side(doc) -> tuple[str, str]:
	"""Address and name of the person on the client's side."""
	if doc.sent_or_received == "Received" and not _has_own_sender(doc):
		return doc.sender, doc.sender_full_name
	address = next((each for each in _recipients(doc) if not parties.is_own(each)), "")
	return address, ""


def _arrival(doc, direction: str = classification.INBOUND) -> arrivals.Arrival:
	issue_type = None
	if doc.reference_doctype == "Issue" and doc.reference_name:
		issue_type = frappe.db.get_value("Issue", doc.reference_name, "issue_type")
	address, name = _other_side(doc)
	return arrivals.Arrival(
		document=doc,
		source=doc.reference_doctype
		if doc.reference_doctype in ("Issue", "Lead", "Opportunity")
		else doc.doctype,
		channel="Portal" if _is_from_portal(doc) else CHANNELS[doc.communication_medium],
		subject=doc.subject,
		content=doc.content or escape_html(doc.text_content),  # a plain text message has no content yet
		sender=address,
		sender_name=name,
		at=_moment(doc),
		reference_doctype=doc.reference_doctype,
		reference_name=doc.reference_name,
		email_account=doc.email_account,
		issue_type=issue_type,
		direction=direction,
		client=parties.client_of_number(doc.phone_no) if doc.phone_no and not address else None,
		staff=_staff(doc) if direction == classification.OUTBOUND else None,
	)


def _bound(doc, interaction):
	if interaction:
		_bind(doc, interaction)
	return interaction


def _bind(doc, interaction) -> None:
	"""Make the message as confidential as its interaction, and add it to the interaction's timeline."""
	arrivals.bind(doc, interaction)
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
