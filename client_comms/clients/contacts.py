"""The client of a Client Privacy document."""

import frappe
from frappe import _

from client_comms.clients.parties import PARTY_TYPES


def require_kind(party_type: str) -> None:
	"""Refuse DocTypes that are not client types: otherwise any document's title would become the client's name.

	:raises frappe.ValidationError: the DocType is not a client type
	"""
	if party_type not in PARTY_TYPES:
		frappe.throw(
			_("{0} is not a client type. Choose one of these: {1}.").format(
				frappe.bold(_(party_type)), ", ".join(_(each) for each in PARTY_TYPES)
			),
			title=_("Not a Client"),
		)


def set_client(doc) -> None:
	"""Fill in the client's name; refuse other DocTypes, and contacts of another client."""
	set_name(doc)
	if doc.contact and doc.contact not in contacts_of(doc.party_type, doc.party):
		frappe.throw(
			_("{0} is not a contact of {1}. Link the contact to the client first.").format(
				frappe.bold(doc.contact), frappe.bold(doc.party_name)
			),
			title=_("Contact of Another Client"),
		)


def set_name(doc) -> None:
	"""Fill in the client's name; refuse a client of another kind."""
	require_kind(doc.party_type)
	title_field = frappe.get_meta(doc.party_type).get_title_field()
	doc.party_name = frappe.db.get_value(doc.party_type, doc.party, title_field) or doc.party


def contacts_of(party_type: str, party: str) -> list[str]:
	"""The contacts that ERPNext links to the client."""
	return frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Contact", "link_doctype": party_type, "link_name": party},
		pluck="parent",
		order_by="creation asc",
	)


def addresses_of(
	party_type: str | None, party: str | None, contact: str | None = None
) -> dict[str, str | None]:
	"""The client's email addresses: address in lower case → its contact (None: the client's own field)."""
	found: dict[str, str | None] = {}
	contacts = contacts_of(party_type, party) if party_type and party else []
	if contact:
		contacts.append(contact)
	if contacts:
		for row in frappe.get_all(
			"Contact Email",
			{"parenttype": "Contact", "parent": ("in", contacts)},
			["email_id", "parent"],
			order_by="parent asc, idx asc",
		):
			found.setdefault((row.email_id or "").strip().lower(), row.parent)
	for address in addresses_in(party_type, party):
		found.setdefault(address, None)
	found.pop("", None)
	return found


def addresses_in(doctype: str | None, name: str | None) -> list[str]:
	"""The email addresses that a document itself holds, in lower case."""
	if not (doctype and name):
		return []
	meta = frappe.get_meta(doctype)
	fields = [df.fieldname for df in meta.fields if df.options == "Email" and df.fieldtype == "Data"]
	held = frappe.db.get_value(doctype, name, fields, as_dict=True) if fields else None
	return [value.strip().lower() for value in (held or {}).values() if value]
