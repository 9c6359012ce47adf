"""Whether a message of ours went to the client of a conversation (D-1, M-1)."""

from collections.abc import Collection, Iterable

import frappe
from frappe.utils import split_emails

from client_comms.client_privacy import third_parties
from client_comms.clients import contacts, parties
from client_comms.clients.addresses import bare_address
from client_comms.rules import domains

NOT_DELIVERED = ("Error", "Bounced", "Rejected", "Expired")
MESSAGE_FIELDS = (
	"name",
	"sent_or_received",
	"communication_type",
	"communication_medium",
	"delivery_status",
	"recipients",
	"cc",
	"bcc",
)


def of(message) -> list[str]:
	"""The bare addresses to which a message went, as they are compared."""
	named = (each for field in ("recipients", "cc", "bcc") for each in split_emails(message.get(field) or ""))
	return [address for each in named if (address := bare_address(each))]


def has_client(addresses: Iterable[str], interaction) -> bool:
	"""Whether one of the addresses to which staff wrote is that of the client, or of a person who wrote in the conversation or was in copy
	there, third parties aside; any outside that is not a third party's, as long as no address of the client is known.

	:param addresses: bare addresses
	"""
	theirs = [
		*contacts.addresses_of(interaction.party_type, interaction.party, interaction.contact),
		*contacts.addresses_in(interaction.reference_doctype, interaction.reference_name),
	]
	written = named_in(interaction, {"sent_or_received": "Received"})
	theirs += sorted(each for each in written if not third_parties.of(each))
	outside = parties.outside(addresses)
	known = {*map(domains.normal_address, theirs)}
	if any(domains.normal_address(each) in known for each in outside):
		return True
	return not parties.outside(theirs) and not all(map(third_parties.of, outside))


def named_in(interaction, filters: dict) -> set[str]:
	"""The addresses, in lower case, that messages of the interaction name."""
	if not interaction.name:
		return set()
	rows = frappe.get_all(
		"Communication",
		{"client_interaction": interaction.name, **filters},
		["sender", "recipients", "cc"],
		order_by=None,
	)
	named = (split_emails(each) for row in rows for each in row.values() if each)
	return {bare_address(each) for several in named for each in several}


def follow_ups(asked: Collection[tuple[object, object]]) -> set[tuple[str | None, str]]:
	"""The messages that staff sent to the client, as (interaction, message): not to an adviser alone, not automatic, and none that
	could not be delivered. One query where they went to the contact of the interaction.

	:param asked: (interaction, message); the message with `MESSAGE_FIELDS`
	"""
	sent = [
		(doc, message)
		for doc, message in asked
		if message.sent_or_received == "Sent"
		and message.communication_type != "Automated Message"
		and message.delivery_status not in NOT_DELIVERED
	]
	contacted = _addresses_of_contacts({doc.contact for doc, _message in sent} - {None, ""})
	return {
		(doc.name, message.name)
		for doc, message in sent
		if _went_to_client(message, doc, contacted.get(doc.contact, set()))
	}


def _went_to_client(message, interaction, addresses_of_contact: set[str]) -> bool:
	"""A message without an address, such as a letter or a chat, is not addressed to someone else."""
	addresses = [each for each in of(message) if "@" in each]
	if message.communication_medium != "Email" or not addresses:
		return True
	if not addresses_of_contact.isdisjoint(map(domains.normal_address, addresses)):
		return True
	return has_client(addresses, interaction)


def _addresses_of_contacts(names: set[str]) -> dict[str, set[str]]:
	found: dict[str, set[str]] = {}
	if names:
		rows = {"parenttype": "Contact", "parent": ("in", sorted(names)), **parties.CONFIRMED}
		for row in frappe.get_all("Contact Email", rows, ["parent", "email_id"], order_by=None):
			found.setdefault(row.parent, set()).add(domains.normal_address(row.email_id or ""))
	return found
