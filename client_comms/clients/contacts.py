"""The client of a Client Privacy document."""

from collections.abc import Collection, Mapping

import frappe
from frappe import _

from client_comms.clients import unsubscribed
from client_comms.clients.addresses import spellings
from client_comms.clients.parties import CONFIRMED, PARTY_TYPES
from client_comms.clients.preferences import PREFERENCE
from client_comms.i18n import bold
from client_comms.rules import domains

# They repeat the client's name. The register of disclosures keeps the name under which something was sent.
NAMED_BY_CLIENT = (
	"Client Consent",
	"Client Interaction",
	"Data Package",
	"Data Subject Request",
	"Identity Verification",
	"Legal Hold",
	"Physical File",
	"Processing Restriction",
)


def require_kind(party_type: str) -> None:
	"""Refuse DocTypes that are not client types: otherwise any document's title would become the client's name.

	:raises frappe.ValidationError: the DocType is not a client type
	"""
	if party_type not in PARTY_TYPES:
		frappe.throw(
			_("{0} is not a client type. Choose one of these: {1}.").format(
				bold(_(party_type)), ", ".join(_(each) for each in PARTY_TYPES)
			),
			title=_("Not a Client"),
		)


def set_client(doc) -> None:
	"""Fill in the client's name; refuse other DocTypes, and contacts of another client."""
	set_name(doc)
	if doc.contact and doc.has_value_changed("contact"):
		require_contact(doc.party_type, doc.party, doc.contact)


def require_contact(party_type: str, party: str, contact: str) -> None:
	"""Refuse a contact that does not speak for the client.

	:raises frappe.ValidationError: the contact is of another client, or unconfirmed
	"""
	if contact not in contacts_of(party_type, party):
		frappe.throw(
			_(
				"{0} is not a confirmed contact of {1}. Link the contact to the client, or use Confirm Details on it."
			).format(bold(contact), bold(name_of(party_type, party))),
			title=_("Contact of Another Client"),
		)


def set_name(doc) -> None:
	"""Fill in the client's name; refuse a client of another kind."""
	require_kind(doc.party_type)
	doc.party_name = name_of(doc.party_type, doc.party)


def name_of(party_type: str, party: str) -> str:
	title_field = frappe.get_meta(party_type).get_title_field()
	return frappe.db.get_value(party_type, party, title_field) or party


def follow_rename(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`after_rename` of a client, also after a merger, when the former one is still there."""
	_rename(doc.doctype, new, name_of(doc.doctype, old))


def follow_title(doc, method=None) -> None:
	"""`on_update` of a client."""
	before, title_field = doc.get_doc_before_save(), doc.meta.get_title_field()
	if before and before.get(title_field) != doc.get(title_field):
		_rename(doc.doctype, doc.name, before.get(title_field) or doc.name)


def _rename(party_type: str, party: str, former: str) -> None:
	"""What is called by a client's former name, in its title, is called by the present one; what was anonymised stays so."""
	name = name_of(party_type, party)
	if name == former:
		return
	for doctype in NAMED_BY_CLIENT:
		of_client = {"party_type": party_type, "party": party, "party_name": former}
		frappe.db.set_value(doctype, of_client, "party_name", name, update_modified=False)
	# Before the contact's name; a client has one for each contact.
	of_client = {"party_type": party_type, "party": party}
	for preference in frappe.get_all(PREFERENCE, of_client, ["name", "client_name"], order_by=None):
		if (preference.client_name or "").startswith(former):
			doc = frappe.get_doc(PREFERENCE, preference.name)
			doc.set_client_name()
			doc.db_set("client_name", doc.client_name, update_modified=False)


def contacts_of(party_type: str, party: str) -> list[str]:
	"""The contacts that speak for the client: those whose link to it is confirmed."""
	return frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Contact", "link_doctype": party_type, "link_name": party, **CONFIRMED},
		pluck="parent",
		order_by="creation asc",
	)


def addresses_of(
	party_type: str | None, party: str | None, contact: str | None = None
) -> dict[str, str | None]:
	"""The client's confirmed email addresses: address in lower case → its contact (None: the client's own field).

	:param contact: the person, while the client is unknown
	"""
	found: dict[str, str | None] = {}
	if party_type and party:
		contacts = contacts_of(party_type, party)
	else:
		contacts = [contact] if contact else []
	if contacts:
		for row in frappe.get_all(
			"Contact Email",
			{"parenttype": "Contact", "parent": ("in", contacts), **CONFIRMED},
			["email_id", "parent"],
			order_by="parent asc, idx asc",
		):
			found.setdefault(domains.spelled(row.email_id or ""), row.parent)
	for address in addresses_in(party_type, party):
		found.setdefault(address, None)
	found.pop("", None)
	return found


def is_on_file(address: str, party_type: str, party: str, contact: str | None) -> bool:
	"""Whether an address is confirmed as the client's, or that of one of its contacts.

	:param contact: who it must belong to, if it is known
	"""
	return domains.spelled(address) in on_file(party_type, party, contact)


def on_file(party_type: str, party: str, contact: str | None) -> dict[str, str | None]:
	"""The confirmed addresses of the client, or of this contact of theirs alone, as `addresses_of`; none of a contact that does not
	speak for the client."""
	if not contact:
		return addresses_of(party_type, party)
	return addresses_of(None, None, contact) if contact in contacts_of(party_type, party) else {}


def usable(known: Mapping[str, str | None]) -> dict[str, str | None]:
	"""Those of the client's addresses to which emails go, in the same order: which have not unsubscribed from everything.

	:param known: as `addresses_of` returns them
	"""
	gone = {*unsubscribed.among(known)}
	return {address: contact for address, contact in known.items() if address not in gone}


def addresses_in(doctype: str | None, name: str | None) -> list[str]:
	"""The email addresses that a document itself holds, in lower case; not those copied from another document."""
	return [*map(domains.spelled, stored_in(doctype, name))]


def stored_in(doctype: str | None, name: str | None) -> list[str]:
	"""The same, as they are written there."""
	if not (doctype and name):
		return []
	fields = address_fields(doctype)
	held = frappe.db.get_value(doctype, name, fields, as_dict=True) if fields else None
	return [value for value in (held or {}).values() if value]


def owners_of(addresses: Collection[str]) -> dict[str, set[tuple[str, str]]]:
	"""All that hold one of these email addresses, confirmed or not: address in lower case → (DocType, name) of contacts and clients.

	A query for contacts, and one for each kind of client with addresses of its own.
	"""
	found: dict[str, set[tuple[str, str]]] = {}
	if not addresses:
		return found
	named = ("in", spellings(addresses))
	for row in frappe.get_all(
		"Contact Email", {"email_id": named, "parenttype": "Contact"}, ["email_id", "parent"], order_by=None
	):
		found.setdefault(domains.spelled(row.email_id), set()).add(("Contact", row.parent))
	for party_type in PARTY_TYPES:
		for field in address_fields(party_type):
			for row in frappe.get_all(party_type, {field: named}, ["name", field], order_by=None):
				found.setdefault(domains.spelled(row[field]), set()).add((party_type, row.name))
	return found


def address_fields(doctype: str) -> list[str]:
	"""The fields of a DocType with email addresses of its own."""
	return [
		df.fieldname
		for df in frappe.get_meta(doctype).fields
		if df.options == "Email" and df.fieldtype == "Data" and not df.fetch_from
	]
