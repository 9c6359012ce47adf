"""Mail from an address, and calls from a number, are filed under the client who is confirmed to have it (P-2). So staff do not make theirs
what someone has whose records they cannot read: that person's next message would go to another client, to those who read its records,
and to its logins in the portal. What they enter stays, and a colleague who can read these records confirms it.
"""

import frappe
from frappe import _

from client_comms import roles
from client_comms.clients import contacts, parties, phone_numbers
from client_comms.clients.addresses import bare_address
from client_comms.clients.confirmation import BY, ON
from client_comms.enforcement import governed, guards
from client_comms.i18n import bold

_CONTACT = "Contact"
Holder = tuple[str, str]  # DocType and name of a contact or a client


def leave_unconfirmed(contact, method=None) -> None:
	"""`validate` of Contact, once it is known what is confirmed: takes back what this save confirms of others."""
	before = None if contact.is_new() else contact.get_doc_before_save()
	stored = {*map(_says, _confirmed(before))} if before else set()
	new = [row for row in _confirmed(contact) if _says(row) not in stored]
	new_links = [row for row in new if row.get("link_name")]
	if not new or not roles.has_desk() or not guards.condition(governed.INTERACTION):
		return
	if before and new_links and _is_hidden((_CONTACT, contact.name), _with_same(new_links)):
		_take_back(new_links)
	own = _with_same([row for row in _confirmed(contact) if row.get("link_name")])
	# A new client gets what the contact has had before.
	rows = [row for row in (_confirmed(contact) if new_links else new) if not row.get("link_name")]
	holders = [each - {(_CONTACT, contact.name)} for each in _holders(rows)]
	hidden = {each for each in set().union(*holders) if _is_hidden(each, own)}
	_take_back([row for row, theirs in zip(rows, holders, strict=True) if theirs & hidden])


def _take_back(rows: list) -> None:
	for row in rows:
		row.update({BY: None, ON: None})
	if rows:
		frappe.msgprint(
			_(
				"{0} belongs to someone whose records you cannot read. It is stored, but does not count until a colleague who can read them chooses Confirm Details."
			).format(bold(", ".join(_says(row)[-1] for row in rows))),
			title=_("Not Confirmed"),
			indicator="orange",
		)


def _confirmed(contact) -> list:
	"""Its links to clients, addresses and numbers that are confirmed."""
	links = [row for row in contact.links if row.link_doctype in parties.PARTY_TYPES]
	return [row for row in (*links, *contact.email_ids, *contact.phone_nos) if row.get(ON)]


def _says(row) -> tuple[str, ...]:
	return _client(row) if row.get("link_name") else (row.get("email_id") or row.get("phone") or "",)


def _client(link) -> Holder:
	return link.link_doctype, link.link_name


def _holders(rows: list) -> list[set[Holder]]:
	"""For each address or number, who has it."""
	said = [bare_address(row.get("email_id")) or row.get("phone_e164") or "" for row in rows]
	by_address = contacts.owners_of({each for each in said if "@" in each})
	by_number = phone_numbers.owners_of({each for each in said if "@" not in each})
	return [by_address.get(each, set()) | by_number.get(each, set()) for each in said]


def _with_same(links: list) -> set[Holder]:
	return set().union(*parties.same_clients({*map(_client, links)}).values())


def _is_hidden(holder: Holder, own: set[Holder]) -> bool:
	"""Whether the session user cannot read a record of a contact or a client, other than one of these clients."""
	clients = {*parties.all_of_contact(holder[1])} if holder[0] == _CONTACT else {holder}
	about: list[dict] = [{"party_type": kind, "party": name} for kind, name in clients - own]
	if holder[0] == _CONTACT:
		of_own = frappe.get_all(
			governed.INTERACTION, {"contact": holder[1]}, ["name", "party_type", "party"], order_by=None
		)
		others = [row.name for row in of_own if (row.party_type, row.party) not in own]
		about += [{"name": ("in", others)}] if others else []
	return any(guards.hides(kind, {"name": name}) for kind, name in clients - own) or any(
		guards.hides(governed.INTERACTION, filters) for filters in about
	)
