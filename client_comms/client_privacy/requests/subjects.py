"""Who a request is about: the client's records, addresses, numbers and names on this site (P-2)."""

from collections.abc import Iterable
from dataclasses import dataclass

import frappe
from frappe.utils import cstr

from client_comms.clients import contacts as clients
from client_comms.clients import phone_numbers

_LINKS = "Dynamic Link"
_SHORTEST = 6  # a shorter text occurs elsewhere by chance


@dataclass(frozen=True, slots=True)
class Subject:
	"""`records`: DocType → names of the client's own master records; `addresses` in lower case; `markers`: texts that identify the
	client wherever they occur; `shared_names`: names that someone else has as well, so that they identify no one."""

	records: dict[str, tuple[str, ...]]
	addresses: tuple[str, ...]
	markers: tuple[str, ...]
	shared_names: tuple[str, ...] = ()


def of(party_type: str, party: str, contact: str | None = None) -> Subject:
	"""The subject of a request.

	:param contact: the person, if the request is about one contact of an organisation and not about all of the client
	"""
	if contact:
		records = {"Contact": (contact,)}
	else:
		parties = _parties(party_type, party)
		records = {**parties, **_linked("Contact", parties), **_linked("Address", parties)}
	records["User"] = _logins(records.get("Contact", ()))
	records = {doctype: names for doctype, names in records.items() if names}
	addresses = sorted({each.lower() for each in _addresses(records)})
	names, shared = _names(records)
	markers = {*addresses, *_numbers(records), *names}
	return Subject(
		records,
		tuple(addresses),
		# Longer ones first, so that a name is not replaced inside of an address.
		tuple(
			sorted((each for each in markers if len(each) >= _SHORTEST), key=lambda each: (-len(each), each))
		),
		tuple(sorted(shared)),
	)


def _parties(party_type: str, party: str) -> dict[str, tuple[str, ...]]:
	"""The client, with the lead that it was or the customer that it became."""
	found = {party_type: (party,)}
	if party_type == "Customer" and (lead := frappe.db.get_value("Customer", party, "lead_name")):
		found["Lead"] = (lead,)
	if party_type == "Lead":
		found["Customer"] = tuple(
			frappe.get_all("Customer", {"lead_name": party}, pluck="name", order_by=None)
		)
	return found


def _linked(doctype: str, parties: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
	"""Contacts or addresses of these parties and of no others."""
	own = {(kind, name) for kind, names in parties.items() for name in names}
	linked: set[str] = set()
	for kind, name in own:
		row = {"parenttype": doctype, "link_doctype": kind, "link_name": name}
		linked.update(frappe.get_all(_LINKS, row, pluck="parent", order_by=None))
	others = {
		row.parent
		for row in frappe.get_all(
			_LINKS,
			{"parenttype": doctype, "parent": ("in", [*linked, ""])},
			["parent", "link_doctype", "link_name"],
			order_by=None,
		)
		if (row.link_doctype, row.link_name) not in own
	}
	return {doctype: tuple(sorted(linked - others))}


def _logins(contacts: Iterable[str]) -> tuple[str, ...]:
	"""The portal users of contacts; accounts of staff are not data about the client."""
	users = frappe.get_all("Contact", {"name": ("in", [*contacts, ""])}, pluck="user", order_by=None)
	portal = {"name": ("in", [*filter(None, users), ""]), "user_type": "Website User"}
	return tuple(frappe.get_all("User", portal, pluck="name", order_by="name asc"))


def _addresses(records: dict[str, tuple[str, ...]]) -> set[str]:
	found = {
		address
		for doctype, names in records.items()
		for name in names
		for address in clients.addresses_in(doctype, name)
	}
	rows = {"parenttype": "Contact", "parent": ("in", [*records.get("Contact", ()), ""])}
	found.update(frappe.get_all("Contact Email", rows, pluck="email_id", order_by=None))
	return {cstr(each).strip() for each in found} - {""}


def _numbers(records: dict[str, tuple[str, ...]]) -> set[str]:
	rows = {"parenttype": "Contact", "parent": ("in", [*records.get("Contact", ()), ""])}
	typed = set(frappe.get_all("Contact Phone", rows, pluck="phone", order_by=None))
	for doctype, names in records.items():
		meta = frappe.get_meta(doctype)
		fields = [
			df.fieldname for df in meta.fields if df.options in ("Phone", "Mobile") or df.fieldtype == "Phone"
		]
		for name in names if fields else ():
			typed.update(frappe.db.get_value(doctype, name, fields) or ())
	typed = {cstr(each).strip() for each in typed} - {""}
	return typed | {number for each in typed if (number := phone_numbers.normalised(each))}


def _names(records: dict[str, tuple[str, ...]]) -> tuple[set[str], set[str]]:
	"""Names of at least two words, and those of them that someone else has as well."""
	found: set[str] = set()
	for doctype, names in records.items():
		if doctype in ("Address", "User"):
			continue
		meta = frappe.get_meta(doctype)
		fields = {
			"name",
			*filter(meta.has_field, ("full_name", "customer_name", "lead_name", "supplier_name")),
		}
		for row in frappe.get_all(doctype, {"name": ("in", names)}, sorted(fields), order_by=None):
			found.update(cstr(value).strip() for value in row.values())
	found = {each for each in found if len(each.split()) > 1 or (each in _all(records) and "-" in each)}
	shared = {each for each in found if _is_shared(each, records)}
	return found - shared, shared


def _all(records: dict[str, tuple[str, ...]]) -> set[str]:
	return {name for doctype in ("Contact", "Customer", "Supplier") for name in records.get(doctype, ())}


def _is_shared(text: str, records: dict[str, tuple[str, ...]]) -> bool:
	return any(
		frappe.db.exists(doctype, {field: text, "name": ("not in", [*records.get(doctype, ()), ""])})
		for doctype, field in (
			("Contact", "full_name"),
			("Customer", "customer_name"),
			("Lead", "lead_name"),
			("Supplier", "supplier_name"),
			("User", "full_name"),
		)
		if not (doctype == "User" and records.get("User"))
	)
