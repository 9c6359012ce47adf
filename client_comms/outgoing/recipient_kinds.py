"""Classifies recipients as staff, the client or a third party, by address and by number (P-2, P-3)."""

from collections.abc import Collection, Iterable

import frappe

from client_comms.client_privacy import third_parties
from client_comms.clients import contacts as clients
from client_comms.clients import parties, phone_numbers
from client_comms.outgoing import facts, openers
from client_comms.rules import domains
from client_comms.rules import outgoing as rules
from client_comms.rules.outgoing import Known, Recipient


def sort_recipients(
	context: facts.OutgoingContext, addresses: Iterable[str], begins: bool = False
) -> tuple[Recipient, ...]:
	"""Staff, client or third party, for each address (P-2, P-3).

	:param begins: the message is the first of its conversation, and not stored yet
	"""
	settings = frappe.get_cached_doc("Client Comms Settings")
	addresses = [address for address in addresses if (address or "").strip()]
	known = Known(
		staff_domains=settings.own_domains(),
		staff_addresses=_compared(parties.own_addresses(addresses)),
		client_addresses={
			domains.normal_address(address): contact
			for address, contact in (
				clients.addresses_of(context.party_type, context.party, context.contact)
				or dict.fromkeys(
					_not_of_others(
						context,
						openers.apart_from_third_parties(addresses)
						if begins
						else openers.addresses(context.interaction),
					)
				)
			).items()
		},
		third_parties=third_parties.by_domain(),
	)
	return tuple(dict.fromkeys(rules.sort_recipient(address, known) for address in addresses))


def _not_of_others(context: facts.OutgoingContext, addresses: Collection[str]) -> list[str]:
	"""Without those of other clients: staff may have chosen another client than who wrote."""
	holders = parties.of_addresses(addresses) if context.party else {}
	this = (context.party_type, context.party)
	others = {each for each, client in holders.items() if (client.party_type, client.party) != this}
	return [address for address in addresses if address not in others]


def _compared(addresses: Iterable[str]) -> set[str]:
	return {domains.normal_address(address) for address in addresses}


def sort_numbers(
	context: facts.OutgoingContext, numbers: Iterable[str], begins: bool = False
) -> tuple[Recipient, ...]:
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
	# Of a client who is known, a number that someone else has is not.
	unknown = {
		number
		for number, contacts in strangers.items()
		if number not in known and not (context.party and contacts)
	}
	if unknown and not theirs and not _have_numbers(people):
		theirs = dict.fromkeys(unknown if begins else unknown & openers.numbers(context.interaction))
	return tuple(
		Recipient(number, rules.CLIENT, contact=theirs[number])
		if number in theirs
		else Recipient(number, rules.STAFF)
		if number in staff
		else Recipient(number, rules.THIRD_PARTY, known.get(number))
		for number in wanted
	)


def _have_numbers(contacts: Iterable[str | None]) -> bool:
	named = [*filter(None, contacts)]
	rows = {"parenttype": "Contact", "parent": ("in", named), **parties.CONFIRMED}
	return bool(named and frappe.db.exists("Contact Phone", rows))


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
