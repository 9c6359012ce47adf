"""Who holds an email address or a telephone number, confirmed or not: for what must not miss anyone."""

from collections.abc import Collection

from client_comms.clients import contacts, parties, phone_numbers
from client_comms.clients.addresses import bare_address


def of(recipients: Collection[str]) -> dict[str, set[tuple[str, str]]]:
	"""Recipient, as given → (DocType, name) of the contacts and clients with that address or number; those of none, and our own
	addresses, are left out."""
	plain = {each: bare_address(each) for each in recipients if "@" in each}
	numbers = {each: phone_numbers.normalised(each) for each in recipients if "@" not in each}
	owners = contacts.owners_of(set(plain.values()) - parties.own_addresses(plain.values()))
	owners |= phone_numbers.owners_of(numbers.values())
	return {given: owners[bare] for given, bare in {**plain, **numbers}.items() if bare in owners}
