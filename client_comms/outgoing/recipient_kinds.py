"""Classifies recipients as staff, the client or a third party, by address and by number (P-2, P-3)."""

from collections.abc import Iterable

import frappe

from client_comms.client_interactions import addressees
from client_comms.client_privacy import third_parties
from client_comms.clients import contacts as clients
from client_comms.clients import parties, phone_numbers
from client_comms.clients.addresses import bare_address
from client_comms.intake import arrivals
from client_comms.outgoing import facts
from client_comms.rules import domains
from client_comms.rules import outgoing as rules
from client_comms.rules.outgoing import Known, Recipient


def sort_recipients(context: facts.OutgoingContext, addresses: Iterable[str]) -> tuple[Recipient, ...]:
	"""Staff, client or third party, for each address (P-2, P-3)."""
	settings = frappe.get_cached_doc("Client Comms Settings")
	addresses = [address for address in addresses if (address or "").strip()]
	known = Known(
		staff_domains=settings.own_domains(),
		staff_addresses=_compared(parties.own_addresses(addresses)),
		client_addresses={
			domains.normal_address(address): contact
			for address, contact in (
				clients.addresses_of(context.party_type, context.party, context.contact)
				or dict.fromkeys(_who_opened(context.interaction))
			).items()
		},
		third_parties=third_parties.by_domain(),
	)
	return tuple(dict.fromkeys(rules.sort_recipient(address, known) for address in addresses))


def _compared(addresses: Iterable[str]) -> set[str]:
	return {domains.normal_address(address) for address in addresses}


def sort_numbers(context: facts.OutgoingContext, numbers: Iterable[str]) -> tuple[Recipient, ...]:
	"""The same for telephone numbers, whose owners are found among the site's contacts and users.

	The client comes first: users enter their own numbers themselves, and could enter that of a client.
	"""
	wanted = dict.fromkeys(phone_numbers.normalised(number) or number for number in numbers)
	users = frappe.get_all(
		"User", {"enabled": 1, "user_type": "System User", "mobile_no": ("is", "set")}, pluck="mobile_no"
	)
	staff = {phone_numbers.normalised(number) for number in users}
	owners = phone_numbers.contacts_of(wanted, parties.CONFIRMED)
	people = {*clients.contacts_of(context.party_type, context.party)} if context.party else {context.contact}
	theirs = dict.fromkeys(_own_numbers(context))
	theirs |= {
		number: contact for number in wanted for contact in owners.get(number, ()) if contact in people
	}
	strangers = {number: owners.get(number, ()) for number in wanted if number not in staff | theirs.keys()}
	known = _third_parties_of(strangers)
	return tuple(
		Recipient(number, rules.CLIENT, contact=theirs[number])
		if number in theirs
		else Recipient(number, rules.STAFF)
		if number in staff
		else Recipient(number, rules.THIRD_PARTY, known.get(number))
		for number in wanted
	)


def _third_parties_of(owners: dict[str, Iterable[str]]) -> dict[str, str]:
	"""Number → the third party to which an address of one of its contacts belongs; one query."""
	contacts = {contact for several in owners.values() for contact in several}
	if not contacts:
		return {}
	confirmed = {"parenttype": "Contact", "parent": ("in", contacts), **parties.CONFIRMED}
	rows = frappe.get_all("Contact Email", confirmed, ["parent", "email_id"], order_by="creation asc")
	of_contact = {row.parent: party for row in rows if (party := third_parties.of(row.email_id))}
	found = {
		number: next(filter(None, map(of_contact.get, several)), None) for number, several in owners.items()
	}
	return {number: party for number, party in found.items() if party}


def _own_numbers(context: facts.OutgoingContext) -> set[str | None]:
	"""The numbers on the client's own record, such as those of a Lead."""
	if not context.party:
		return set()
	meta = frappe.get_meta(context.party_type)
	fields = [
		df.fieldname
		for df in meta.fields
		if "Phone" in (df.options, df.fieldtype) and not df.is_virtual and not df.fetch_from
	]
	values = frappe.db.get_value(context.party_type, context.party, fields) if fields else ()
	return {phone_numbers.normalised(value) for value in values or () if value}


def _who_opened(interaction: str | None) -> set[str]:
	"""The addresses with which the interaction started: while the client is unknown, they identify the client.

	That of who wrote first, and those to which the email went with which staff began it, third parties aside.
	"""
	if not interaction:
		return set()
	about = {
		"client_interaction": interaction,
		"sent_or_received": "Received",
		"communication_medium": facts.EMAIL,
	}
	sender = bare_address(frappe.db.get_value("Communication", about, "sender", order_by="creation asc"))
	began = _begun_with(interaction)
	written_to = addressees.of(began) if began else ()
	found = {address for address in written_to if not third_parties.of(address)}
	return found | {sender} if sender else found


def _begun_with(interaction: str):
	"""The email with which staff began an interaction; None if it began otherwise, such as with a call that they entered."""
	contacted = {
		"parenttype": facts.INTERACTION,
		"parent": interaction,
		"event": arrivals.CONTACTED,
	}
	source = ("source_doctype", "source_name")
	doctype, name = (
		frappe.db.get_value("Interaction Event", contacted, source, order_by="idx asc") or (None,) * 2
	)
	if doctype != "Communication":
		return None
	sent = {"name": name, "sent_or_received": "Sent", "communication_medium": facts.EMAIL}
	return frappe.db.get_value(doctype, sent, ["recipients", "cc", "bcc"], as_dict=True)
