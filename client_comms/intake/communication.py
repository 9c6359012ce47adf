"""Emails and other messages: the conversation of each is found, and it becomes an event of it (D-1, F-1).

Incoming messages start or continue an interaction, outgoing ones answer it.
"""

from collections.abc import Callable
from dataclasses import replace

import frappe
from frappe import _

from client_comms import clock
from client_comms.client_interactions import addressees
from client_comms.clients import parties
from client_comms.i18n import plain
from client_comms.intake import (
	acknowledgement,
	arrivals,
	failures,
	human_resources,
	inbound_mail,
	mailboxes,
	messages,
	replies,
	scheduled_email,
	threads,
	website_form,
)
from client_comms.intake.messages import Message
from client_comms.rules import (
	automatic_mail,
	classification,
	forwarded,
	html_text,
	mail_identity,
	outgoing,
	response_clock,
)

INTERACTION, COMMUNICATION = "Client Interaction", "Communication"


def after_insert(doc, method=None):
	"""Log a message as the settings say, and acknowledge it."""
	if messages.is_message(doc):
		failures.attempt(doc, _log_wanted)


def require_promise(doc, method=None):
	"""`validate`: a message that promises an answer is not sent if the promise cannot be recorded (C-4).

	:raises client_comms.exceptions.ActionNotPossibleError: nothing is owed, the day cannot be promised, or it does not go to the client
	"""
	if not (
		doc.is_new() and doc.sent_or_received == "Sent" and messages.is_message(doc) and replies.is_promise()
	):
		return
	message = messages.read(doc)
	if interaction := threads.find(message):
		if not _reaches_client(message, interaction):
			replies.refuse_promise()
		until = replies.promised_until(interaction)
		at = scheduled_email.leaves_on(doc) or clock.now()
		interaction.check_event(response_clock.PROMISED, at, until)


def _log_wanted(doc):
	message = messages.read(doc)
	if message.is_received:
		switch = "log_issues" if message.is_from_portal else "log_inbound_email"
		if message.is_history or not arrivals.is_wanted(switch):
			return None
	return _log_and_acknowledge(message)


def log_arrived(doc):
	"""Log a message that was received, and acknowledge it."""
	return _log_and_acknowledge(messages.read(doc))


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
	return _log(messages.read(doc), staff_may_begin=True)


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
		return _written_by_a_program(message, interaction)
	if message.is_from_staff:
		return _from_staff(message, interaction, staff_may_begin, is_about_staff)
	return _from_client(message, interaction, is_about_staff)


def _written_by_a_program(message: Message, interaction):
	"""An out-of-office reply or a bounce is on record in its conversation; it begins none."""
	if not interaction:
		return None
	if event := threads.AUTOMATIC_EVENT.get(message.automatic):
		interaction.record(event, at=message.at, source=message.document)
	elif _is_from_a_stranger(message, interaction):
		return None
	return interaction


def _from_client(message: Message, interaction, is_about_staff: Callable[[], bool]):
	is_strange = bool(interaction) and _is_from_a_stranger(message, interaction)
	if interaction and not is_strange and replies.may_continue(interaction, message.at):
		replies.client_wrote_back(interaction, message.document, _content(message.document), message.at)
		return interaction
	if is_about_staff():
		return None
	arriving = arrival(message)
	if is_strange:
		# Under whichever document Frappe filed it; what they quote stays confidential.
		arriving = replace(
			arriving,
			reference_doctype=None,
			reference_name=None,
			at_least=interaction.confidentiality_level,
		)
	return arrivals.open_new(arriving)


def _from_staff(message: Message, interaction, staff_may_begin: bool, is_about_staff: Callable[[], bool]):
	if message.is_received and mail_identity.names_us_falsely(message.headers, parties.is_own):
		return interaction  # it neither answers nor begins anything
	if not interaction and (inquiry := _forwarded(message)):
		return None if is_about_staff() else arrivals.open_new(inquiry)
	if not interaction:
		return _first_contact(message, is_about_staff) if staff_may_begin else None
	if not _reaches_client(message, interaction):
		replies.tell_still_owed(interaction, message.at)
	elif message.automatic == messages.AUTOMATED:
		# Removed by `acknowledgement_delivery` if it is not sent.
		interaction.record(response_clock.AUTO_ACKNOWLEDGED, at=message.at, source=message.document)
	elif leaves := scheduled_email.leaves_on(message.document):
		scheduled_email.record(interaction, message.document, leaves, message.staff)
	else:
		replies.staff_wrote(interaction, message.document, message.at, message.staff)
	return interaction


def _forwarded(message: Message) -> arrivals.Arrival | None:
	"""What a client wrote to a colleague, who forwards it to one of our mailboxes and to no one outside: an inquiry of that client."""
	doc = message.document
	if not message.is_received or message.automatic or message.address:
		return None
	found = forwarded.messages(doc.subject, _content(doc))
	inquiry = next((each for each in found if not parties.is_own(each.address)), None)
	if not inquiry:
		return None
	name = inquiry.name or inquiry.address
	# Frappe files it under a lead of the colleague's address, which is not the client.
	kept = doc.reference_doctype == "Issue"
	return replace(
		arrival(message),
		content=inquiry.text or _content(doc),
		sender=inquiry.address,
		sender_name=name,
		client=parties.client_of(None, None, inquiry.address, name),
		reference_doctype=doc.reference_doctype if kept else None,
		reference_name=doc.reference_name if kept else None,
		note=_("Forwarded by {0}").format(doc.sender_full_name or doc.sender),
	)


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
		channel=messages.PORTAL if message.is_from_portal else messages.channel_of(doc),
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
