"""Emails and other messages: what comes in starts or continues an interaction, what goes out answers it."""

from datetime import datetime

import frappe
from frappe.utils import escape_html, get_datetime, parse_addr, split_emails

from client_comms import clock
from client_comms.crm import inbound_headers, intake, parties
from client_comms.rules import mail_signals, response_clock

INTERACTION = "Client Interaction"
AUTOMATIC_EVENT = {mail_signals.BOUNCE: "Bounced", mail_signals.AUTO_REPLY: "Automatic Reply"}
AUTOMATED = "Automated Message"  # Frappe's type for what a Notification sends
CHANNELS = {
	"Email": "Email",
	"Phone": "Phone",
	"Chat": "Chat",
	"SMS": "Chat",
	"Meeting": "Meeting",
	"Visit": "Visit",
}
# A message filed under one of these says who the client is, not which conversation it belongs to.
_MASTERS = ("Customer", "Contact", "Supplier", "Prospect", "User")


def before_insert(doc, method=None):
	"""Keep the headers of a message while Frappe still has them, and bind what is filed under an interaction."""
	if doc.reference_doctype == INTERACTION and doc.reference_name:
		doc.client_interaction = doc.reference_name
		doc.confidentiality_level = frappe.db.get_value(
			INTERACTION, doc.reference_name, "confidentiality_level"
		)
	if doc.sent_or_received == "Received" and doc.communication_medium == "Email":
		try:
			doc.flags.client_comms_headers = inbound_headers.of_message_being_received()
		except Exception:
			frappe.log_error(title="Headers of a message could not be read")


def after_insert(doc, method=None):
	"""Log the message. What goes wrong here must not keep the message itself from being stored."""
	if doc.communication_type not in ("Communication", AUTOMATED) or doc.communication_medium not in CHANNELS:
		return
	frappe.db.savepoint("client_comms_intake")
	try:
		interaction = _received(doc) if doc.sent_or_received == "Received" else _sent(doc)
		if interaction:
			_bind(doc, interaction)
	except Exception:
		frappe.db.rollback(save_point="client_comms_intake")
		frappe.log_error(
			title="Message could not be logged as an interaction",
			reference_doctype=doc.doctype,
			reference_name=doc.name,
		)


def _received(doc):
	if not frappe.get_cached_doc("Client Comms Settings").log_inbound_email:
		return None
	if copy_of := _same_message(doc):
		return frappe.get_doc(INTERACTION, copy_of)
	interaction = find_thread(doc)
	kind = mail_signals.automatic_kind(
		doc.flags.client_comms_headers or {},
		doc.sender or "",
		doc.subject or "",
		own_domains=frappe.get_cached_doc("Client Comms Settings").own_domains(),
	)
	if kind:
		if interaction and kind in AUTOMATIC_EVENT:
			interaction.record(AUTOMATIC_EVENT[kind], at=_moment(doc), source=doc)
		return interaction
	if parties.is_own(doc.sender):
		if interaction and _reaches_client(doc):
			intake.staff_wrote(interaction, doc, _moment(doc))
		return interaction
	arrival = _arrival(doc)
	if interaction and intake.may_continue(interaction, arrival.at):
		intake.client_wrote(interaction, arrival)
	else:
		interaction = intake.open_new(arrival)
	if doc.email_account and frappe.get_cached_value("Email Account", doc.email_account, "enable_auto_reply"):
		interaction.record(response_clock.AUTO_ACKNOWLEDGED)  # Frappe sends it next
	return interaction


def _sent(doc):
	interaction = find_thread(doc)
	if interaction and _reaches_client(doc):
		if doc.communication_type == AUTOMATED:
			interaction.record(response_clock.AUTO_ACKNOWLEDGED, at=_moment(doc), source=doc)
		else:
			intake.staff_wrote(interaction, doc, _moment(doc))
	return interaction


def _same_message(doc) -> str | None:
	"""The interaction of another copy of the message: it was written to several mailboxes."""
	return doc.message_id and frappe.db.get_value(
		"Communication",
		{"message_id": doc.message_id, "name": ("!=", doc.name), "client_interaction": ("is", "set")},
		"client_interaction",
	)


def find_thread(doc):
	"""The interaction that a message belongs to, locked for the change that follows; None for a new conversation.

	Looked for in this order: the message it replies to, the messages its headers refer to, the document it
	is filed under.
	"""
	name = (
		(doc.in_reply_to and frappe.db.get_value("Communication", doc.in_reply_to, "client_interaction"))
		or _by_headers(doc)
		or _by_reference(doc)
	)
	return frappe.get_doc(INTERACTION, name, for_update=True) if name else None


def _by_headers(doc) -> str | None:
	ids = mail_signals.reply_ids(doc.flags.client_comms_headers or {})
	return ids and frappe.db.get_value(
		"Communication",
		{"message_id": ("in", ids), "client_interaction": ("is", "set")},
		"client_interaction",
		order_by="creation desc",
	)


def _by_reference(doc) -> str | None:
	if doc.reference_doctype == INTERACTION:
		return doc.reference_name
	if not doc.reference_name or doc.reference_doctype in _MASTERS:
		return None
	filters = {"reference_doctype": doc.reference_doctype, "reference_name": doc.reference_name}
	if doc.reference_doctype == "Lead" and doc.sent_or_received == "Received":
		# All mail of a person is filed under their one lead: only a reply goes on with a conversation.
		subject = mail_signals.normalise_subject(doc.subject)
		if subject == " ".join((doc.subject or "").split()):
			return None
		filters["subject"] = subject[:140]
	return frappe.db.get_value(INTERACTION, filters, order_by="occurred_on desc")


def _moment(doc) -> datetime:
	"""When the message was written; Frappe leaves that empty for one that is written now."""
	return get_datetime(doc.communication_date or clock.now()).replace(microsecond=0)


def _reaches_client(doc) -> bool:
	recipients = split_emails(doc.recipients or "") + split_emails(doc.cc or "")
	addresses = [parse_addr(each)[1] for each in recipients]
	return not addresses or any(not parties.is_own(each) for each in addresses if each)


def _arrival(doc) -> intake.Arrival:
	issue_type = company = None
	if doc.reference_doctype == "Issue" and doc.reference_name:
		issue_type = frappe.db.get_value("Issue", doc.reference_name, "issue_type")
	return intake.Arrival(
		document=doc,
		source=doc.reference_doctype
		if doc.reference_doctype in ("Issue", "Lead", "Opportunity")
		else doc.doctype,
		channel=CHANNELS[doc.communication_medium],
		subject=doc.subject,
		content=doc.content
		or escape_html(doc.text_content),  # a message that is plain text has no content yet
		sender=doc.sender,
		sender_name=doc.sender_full_name,
		at=_moment(doc),
		reference_doctype=doc.reference_doctype,
		reference_name=doc.reference_name,
		email_account=doc.email_account,
		issue_type=issue_type,
		company=company,
	)


def _bind(doc, interaction) -> None:
	"""The message is as confidential as its interaction, and stands on its timeline."""
	doc.db_set(
		{"client_interaction": interaction.name, "confidentiality_level": interaction.confidentiality_level},
		update_modified=False,
	)
	if doc.reference_doctype == INTERACTION:
		return  # there already
	doc.append(
		"timeline_links",
		{
			"link_doctype": INTERACTION,
			"link_name": interaction.name,
			"communication_date": doc.communication_date,
		},
	).db_insert()
