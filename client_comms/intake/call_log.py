"""Telephone calls reported by the phone system (D-1, F-1): each is logged once, when it has ended."""

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms.clients import confirmation, contacts, parties, phone_numbers
from client_comms.intake import arrivals, failures, replies, threads

REACHED = "Completed"
OVER = (REACHED, "No Answer", "Busy", "Failed", "Canceled", "Cancelled")  # versions 15 and 16 spell it so
INCOMING = "Incoming"
CHANNEL = "Phone"
# A call about one of these continues its conversation; a contact or customer may have called about anything.
_CONVERSATIONS = (arrivals.INTERACTION, "Issue", "Opportunity", "Lead")


def on_update(doc, method=None):
	"""Log a call that has just ended."""
	if has_just_ended(doc) and arrivals.is_wanted("log_calls"):
		failures.attempt(doc, log)


def number_of(doc) -> str | None:
	"""Of the person on the client's side."""
	return doc.get("from") if doc.type == INCOMING else doc.get("to")


def has_just_ended(doc) -> bool:
	before = doc.get_doc_before_save()
	return doc.status in OVER and (before is None or before.status not in OVER)


def log(doc):
	"""Log an incoming call, answered or missed, as an inquiry; an outgoing call that reached the client as a
	reply or first contact.

	A call under an Issue, Opportunity or interaction continues it, like a message there; a call to a Lead answers
	its open interaction. A caller who is known only by number may be calling about anything.
	"""
	incoming = doc.type == INCOMING
	if not incoming and doc.status != REACHED:
		return None
	number = number_of(doc)
	if is_own(number):
		return None
	at = get_datetime(doc.start_time or doc.creation)
	interaction = _conversation(doc)
	arrival = _arrival(doc, number, at)
	if interaction is None and (interaction := _opened_meanwhile(arrival)):
		interaction.channel = CHANNEL
	if interaction and incoming and replies.may_continue(interaction, at):
		replies.client_wrote(interaction, doc, at)
	elif interaction and not incoming and _is_anothers(number, interaction):
		replies.staff_called_another(interaction, doc, at, _staff(doc))
	elif interaction and not incoming:
		replies.staff_wrote(interaction, doc, at, _staff(doc))
	else:
		interaction = arrivals.open_new(arrival)
	if interaction:
		arrivals.bind(doc, interaction)
	return interaction


def _is_anothers(number: str | None, interaction) -> bool:
	"""Whether a number is known, and not as that of a contact of the client."""
	normal = phone_numbers.normalised(number)
	owners = {*phone_numbers.contacts_of([normal], parties.CONFIRMED).get(normal, ())}
	if not owners or not interaction.party:
		return False
	return not owners & {
		interaction.contact,
		*contacts.contacts_of(interaction.party_type, interaction.party),
	}


def _conversation(doc):
	links = {row.link_doctype: row.link_name for row in doc.links}
	by = threads.entered_by(None if doc.type == INCOMING else _staff(doc))
	for doctype in _CONVERSATIONS:
		if doctype == "Lead" and doc.type == INCOMING:
			continue  # ERPNext links every call from the number of a lead
		if doctype in links and (interaction := threads.about(doctype, links[doctype], by=by)):
			return interaction
	return None


def _opened_meanwhile(arrival: arrivals.Arrival):
	"""The interaction of a lead that was created during the call: it is about this call."""
	client = arrival.client
	if arrival.direction != "Inbound" or client.party_type != "Lead":
		return None
	made = frappe.db.get_value("Lead", client.party, "creation")
	return threads.about("Lead", client.party) if made and get_datetime(made) >= arrival.at else None


def _arrival(doc, number: str, at) -> arrivals.Arrival:
	incoming = doc.type == INCOMING
	links = {row.link_doctype: row.link_name for row in doc.links if not _is_claimed(row)}
	reference = next((each for each in ("Issue", "Opportunity", "Lead") if each in links), None)
	client = _client(doc, number, links)
	subject = _("Missed call from {0}") if doc.status != REACHED else _("Call from {0}")
	if not incoming:
		subject = _("Call to {0}")
	return arrivals.Arrival(
		document=doc,
		source=doc.doctype,
		channel=CHANNEL,
		subject=subject.format(client.name or number),
		content=doc.summary,
		sender="",
		sender_name=client.name,
		at=at,
		reference_doctype=reference,
		reference_name=reference and links[reference],
		direction="Inbound" if incoming else "Outbound",
		client=client,
		staff=_staff(doc),
	)


def _is_claimed(link) -> bool:
	"""ERPNext links every lead and contact with the number, and portal users can enter the number of others in theirs."""
	if link.link_doctype == "Lead":
		return confirmation.is_claimed((link.link_doctype, link.link_name), None)
	return link.link_doctype == "Contact" and confirmation.has_claimed_number(link.link_name)


def _client(doc, number: str, links: dict[str, str]) -> parties.Client:
	"""The owner of the number; otherwise the client that ERPNext or a user has linked to the call."""
	client = parties.client_of_number(number)
	if client.party or client.contact:
		return client
	if doc.customer:
		return parties.Client("Customer", doc.customer, None, client.name)
	for doctype in (*parties.PARTY_TYPES, "Contact", "Opportunity", "Issue"):
		if doctype in links:
			return parties.client_of(doctype, links[doctype], "", client.name)
	return client


def _staff(doc) -> str:
	return doc.employee_user_id or doc.owner


def is_own(number: str | None) -> bool:
	"""Whether the number belongs to an employee."""
	from erpnext.telephony.doctype.call_log.call_log import get_employees_with_number

	return bool(phone_numbers.normalised(number) and get_employees_with_number(number))
