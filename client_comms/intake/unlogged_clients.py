"""Who the client and the staff of a document are that is not logged (D-1).

The owners of the addresses and numbers of a page are found in a few queries, however many there are.
"""

from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import split_emails

from client_comms.clients import parties, phone_numbers
from client_comms.clients.addresses import bare_address
from client_comms.enforcement import client_documents
from client_comms.intake import call_log, inbound_mail, website_form
from client_comms.rules import automatic_mail, domains

COMMUNICATION, CALL, EVENT = "Communication", "Call Log", "Event"


@dataclass(frozen=True, slots=True)
class Unlogged:
	"""One unlogged document; `at` as stored, `subject` and `sender` None if the user cannot read it.

	`reason` says why it could not be logged on arrival, if that was tried.
	"""

	doctype: str
	name: str
	kind: str
	at: datetime
	client: parties.Client
	staff: str | None
	subject: str | None
	reason: str | None = None
	sender: str | None = None


def resolve(doctype: str, rows: list) -> list[Unlogged]:
	resolve = {COMMUNICATION: _communications, CALL: _calls, EVENT: _events}[doctype]
	return resolve(rows) if rows else []


def client_names(found: list[Unlogged]) -> dict[tuple[str, str], str]:
	"""The names of the clients that the session user can see: (party type, party) -> name. Two queries per party type."""
	names: dict[tuple[str, str], str] = {}
	for party_type in {each.client.party_type for each in found} - {None}:
		those = [each.client.party for each in found if each.client.party_type == party_type]
		title = frappe.get_meta(party_type).get_title_field()
		visible = client_documents.visible(party_type, sorted({*those}))
		for name, called in frappe.get_all(
			party_type, {"name": ("in", [*visible, ""])}, ["name", title], as_list=True
		):
			names[party_type, name] = called
	return names


def _communications(rows: list) -> list[Unlogged]:
	own = frappe.get_cached_doc("Client Comms Settings").own_domains()
	senders = {row.name: _addresses(row.sender) for row in rows}
	recipients = {row.name: _addresses(row.recipients, row.cc, row.bcc) for row in rows}
	everybody = {
		address for side in (senders, recipients) for several in side.values() for address in several
	}
	users = parties.users_of(everybody)
	clients = parties.of_addresses(a for a in everybody if a not in users and domains.of(a) not in own)
	ours = parties.held(everybody)
	found = []
	for row in rows:
		is_received_email = row.sent_or_received == "Received" and row.communication_medium == "Email"
		is_spam = is_received_email and row.email_status == inbound_mail.SPAM
		is_automatic = automatic_mail.automatic_kind({}, row.sender or "", row.subject or "", own_domains=own)
		if is_automatic and not is_spam:
			continue
		sender, addressed = senders[row.name], recipients[row.name]
		client, reason, named = _first(clients, sender), None, None
		if is_spam:
			reason = _("The mail server marked it as spam.")
		elif is_received_email and sender and website_form.is_from_no_one(sender[0], addressed, ours):
			reason = _("A form or a program of ours sent it, so who wrote it is not known.")
		if reason and not client:
			client, named = parties.Client(), row.sender
		if client:
			staff = _first(users, addressed)
		elif client := _first(clients, addressed):
			staff = _first(users, sender) or (row.owner if row.sent_or_received == "Sent" else None)
		else:
			continue
		kind = _("Email") if row.communication_medium == "Email" else _(row.communication_medium)
		found.append(
			Unlogged(COMMUNICATION, row.name, kind, row.at, client, staff, row.subject, reason, named)
		)
	return found


def _calls(rows: list) -> list[Unlogged]:
	region = phone_numbers.default_region()
	numbers = {
		row.name: phone_numbers.normalised(
			row["from"] if row.type == call_log.INCOMING else row["to"], region
		)
		for row in rows
	}
	contacts = phone_numbers.contacts_of(numbers.values())
	clients = parties.of_contacts(contact for several in contacts.values() for contact in several)
	found = []
	for row in rows:
		client = _first(clients, contacts.get(numbers[row.name], ()))
		if not client and row.customer:
			client = parties.Client("Customer", row.customer)
		if client:
			staff = row.employee_user_id or (None if row.type == call_log.INCOMING else row.owner)
			found.append(
				Unlogged(
					CALL, row.name, _("Call", context="Unlogged Interactions"), row.at, client, staff, None
				)
			)
	return found


def _events(rows: list) -> list[Unlogged]:
	participants = frappe.get_all(
		"Event Participants",
		{"parenttype": EVENT, "parent": ("in", [row.name for row in rows])},
		["parent", "reference_doctype", "reference_docname"],
		order_by="parent asc, idx asc",
	)
	clients = parties.of_documents((each.reference_doctype, each.reference_docname) for each in participants)
	of_event: dict[str, parties.Client] = {}
	for each in participants:
		if client := clients.get((each.reference_doctype, each.reference_docname)):
			of_event.setdefault(each.parent, client)
	return [
		Unlogged(
			EVENT,
			row.name,
			_(row.event_category or EVENT),
			row.at,
			of_event[row.name],
			row.owner,
			row.subject,
		)
		for row in rows
		if row.name in of_event
	]


def _addresses(*fields: str | None) -> list[str]:
	"""Bare addresses in lower case, in order."""
	addresses = [bare_address(each) for field in fields for each in split_emails(field or "")]
	return list(dict.fromkeys(address for address in addresses if "@" in address))


def _first(values: dict, keys):
	return next((values[key] for key in keys if key in values), None)
