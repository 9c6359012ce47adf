"""A login shows in the portal what its contact and its client may see (P-2), and ERPNext lets everyone who can change a contact or a
client give it to any login. So staff do not open to a login what they cannot read: a colleague who can decides who is to see it.
"""

from collections.abc import Iterator

import frappe
from frappe import _

from client_comms import roles
from client_comms.clients import contacts, parties
from client_comms.enforcement import documents, governed, guards
from client_comms.enforcement.requests.portal import ISSUE, open_levels
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold
from client_comms.rules import client_portal as rules

CUSTOMER = "Customer"


def refuse_contact(contact, method=None) -> None:
	"""`validate` of Contact, once it is known which of its clients are confirmed.

	:raises ClearanceMissingError: its login would see records that the session user cannot read
	"""
	before = None if contact.is_new() else contact.get_doc_before_save()
	spoken_for = _confirmed(contact)
	if before and before.user == contact.user:
		spoken_for -= _confirmed(before)
	if spoken_for and _is_of_client(contact.user):
		_refuse_opening(contact.user, spoken_for, contact.name)


def refuse_listed(customer, method=None) -> None:
	"""`validate` of Customer, whose portal users see its Issues.

	:raises ClearanceMissingError: as above
	"""
	before = None if customer.is_new() else customer.get_doc_before_save()
	listed = {row.user for row in before.portal_users} if before else set()
	for login in {row.user for row in customer.portal_users} - listed:
		if before and _is_of_client(login):
			_refuse_opening(login, {(CUSTOMER, customer.name)})


def refuse_row(row, method=None) -> None:
	"""`validate` of Portal User: by REST, a row is saved without its customer.

	:raises ClearanceMissingError: as above
	"""
	if row.parenttype == CUSTOMER and _is_of_client(row.user) and row.has_value_changed("user"):
		_refuse_opening(row.user, {(CUSTOMER, row.parent)})


def refuse_merger(contact, method=None, old=None, new=None, merge=False) -> None:
	"""`before_rename` of Contact: the login of the one that stays gets what the other one has.

	:raises ClearanceMissingError: as above
	"""
	login = frappe.db.get_value(contact.doctype, new, "user") if merge else None
	if _is_of_client(login):
		of_both = _confirmed(frappe.get_doc(contact.doctype, old)) | _confirmed(
			frappe.get_doc(contact.doctype, new)
		)
		_refuse_opening(login, of_both, old)


def refuse_client_merger(client, method=None, old=None, new=None, merge=False) -> None:
	"""`before_rename` of a client: the logins of each of two that become one see what the other one has.

	:raises ClearanceMissingError: as above
	"""
	for mine, gained in ((new, old), (old, new)) if merge and roles.has_desk() else ():
		for login, contact in _logins_of(client.doctype, mine):
			if _is_of_client(login):
				_refuse_opening(login, {(client.doctype, gained)}, contact)


def _logins_of(doctype: str, client: str) -> set[tuple[str, str | None]]:
	"""With the contact by which each is the client's; of one that is listed, None."""
	speaking = {"name": ("in", contacts.contacts_of(doctype, client)), "user": ("is", "set")}
	listed = {"parenttype": doctype, "parent": client}
	return {
		*frappe.get_all("Contact", speaking, ["user", "name"], as_list=True, order_by=None),
		*((login, None) for login in frappe.get_all("Portal User", listed, pluck="user", order_by=None)),
	}


def _confirmed(contact) -> set[tuple[str, str]]:
	return {
		(link.link_doctype, link.link_name)
		for link in contact.links
		if link.link_doctype in parties.PARTY_TYPES and link.get(parties.CONFIRMED_ON)
	}


def _is_of_client(login: str | None) -> bool:
	"""Staff who log in speak for no client."""
	return bool(login) and roles.has_desk() and not roles.has_desk(login)


def _refuse_opening(login: str, clients: set[tuple[str, str]], contact: str | None = None) -> None:
	for client in sorted(clients):
		if any(guards.hides(*each) for each in _shown(client, contact)):
			frappe.throw(
				_(
					"In the portal, {0} would see confidential records of {1} that you cannot read. Ask a colleague who can read them to do this."
				).format(bold(login), bold(client[1])),
				exc=ClearanceMissingError,
				title=_("Clearance Missing"),
			)


def _shown(client: tuple[str, str], contact: str | None) -> Iterator[tuple[str, dict]]:
	"""What a login of the client sees: DocType and filters."""
	of_level = {"confidentiality_level": ("in", open_levels() or ["-"])}
	if contact is not None or client[0] != CUSTOMER:
		about = {"party_type": client[0], "party": client[1], "direction": ("!=", rules.INTERNAL)}
		yield governed.INTERACTION, {**about, **of_level}
		yield governed.INTERACTION, {**about, "contact": contact}
	if client[0] == CUSTOMER and documents.is_governed(ISSUE):
		yield ISSUE, {"customer": client[1], **of_level}
