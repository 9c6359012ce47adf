"""Who the client behind a document or an address is."""

from dataclasses import dataclass

import frappe
from frappe.utils import parse_addr

PARTY_TYPES = ("Customer", "Lead", "Prospect", "Supplier")


@dataclass(frozen=True, slots=True)
class Client:
	"""A party with the person who wrote; `name` when the party is not known yet."""

	party_type: str | None = None
	party: str | None = None
	contact: str | None = None
	name: str | None = None


def is_own(address: str) -> bool:
	"""Whether an address belongs to us: own domains, a mailbox of this site, or a user of the desk."""
	address = parse_addr(address or "")[1].lower()
	if "@" not in address:
		return False
	if address.split("@", 1)[1] in frappe.get_cached_doc("Client Comms Settings").own_domains():
		return True
	return bool(
		frappe.db.exists("Email Account", {"email_id": address})
		or frappe.db.exists("User", {"email": address, "user_type": "System User", "enabled": 1})
	)


def user_of(address: str) -> str | None:
	"""The user who writes from an address, also when the message came in from outside; None when nobody does."""
	address = parse_addr(address or "")[1].lower()
	return address and frappe.db.get_value("User", {"email": address, "user_type": "System User"})


def client_of(reference_doctype: str | None, reference_name: str | None, address: str, name: str) -> Client:
	"""The client of a document, or else of an address.

	:param address: email address of the person who wrote
	:param name: what to call them when nothing else is known
	"""
	address = parse_addr(address or "")[1].lower()
	contact = address and _contact(address)
	known = _of_contact(contact)
	party_type, party = _of_reference(reference_doctype, reference_name) or (
		known or _lead(address) or (None, None)
	)
	if party_type == "Lead" and known and known[0] == "Customer":
		# A customer who writes to an address that makes leads is filed under one, and stays a customer.
		party_type, party = known
	return Client(party_type, party, contact, name or address)


def _of_reference(doctype: str | None, name: str | None) -> tuple[str, str] | None:
	if not (doctype and name):
		return None
	if doctype in PARTY_TYPES:
		return doctype, name
	if doctype == "Contact":
		return _of_contact(name)
	if doctype == "Opportunity":
		return frappe.db.get_value(doctype, name, ["opportunity_from", "party_name"])
	if doctype == "Issue":
		issue = frappe.db.get_value(doctype, name, ["customer", "lead", "contact"], as_dict=True)
		if issue.customer:
			return "Customer", issue.customer
		if issue.lead:
			return "Lead", issue.lead
		return _of_contact(issue.contact)
	return None


def _contact(address: str) -> str | None:
	"""The contact of an address; of several, the one of a customer before that of a lead or of nobody."""
	contacts = frappe.get_all(
		"Contact Email",
		{"email_id": address, "parenttype": "Contact"},
		pluck="parent",
		order_by="creation asc",
	)
	if len(contacts) < 2:
		return contacts[0] if contacts else None

	def closeness(contact: str) -> int:
		party = _of_contact(contact)
		return PARTY_TYPES.index(party[0]) if party else len(PARTY_TYPES)

	return min(contacts, key=closeness)


def _of_contact(contact: str | None) -> tuple[str, str] | None:
	links = contact and frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Contact", "parent": contact, "link_doctype": ("in", PARTY_TYPES)},
		["link_doctype", "link_name"],
		order_by="idx asc",
	)
	# A lead that became a customer has both on its contact: the customer is the later one.
	for link in sorted(links or (), key=lambda each: PARTY_TYPES.index(each.link_doctype)):
		return link.link_doctype, link.link_name
	return None


def _lead(address: str) -> tuple[str, str] | None:
	lead = address and frappe.db.get_value("Lead", {"email_id": address}, order_by="creation desc")
	return ("Lead", lead) if lead else None
