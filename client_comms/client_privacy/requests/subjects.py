"""Who a request is about: the client's records, addresses, numbers and names on this site (P-2)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

import frappe
from frappe.utils import cstr

from client_comms.client_privacy.requests import shared_names
from client_comms.clients import contacts as clients
from client_comms.clients import phone_numbers
from client_comms.clients.addresses import spellings
from client_comms.clients.parties import CONFIRMED, same_client, same_clients
from client_comms.filters import one_of
from client_comms.rules import domains

_LINKS = "Dynamic Link"
_NAMED_AFTER = ("Contact", "Customer", "Supplier", "Address")
_SHORTEST = 6  # a shorter text occurs elsewhere by chance
# DocType → the field with the name of an organisation, and which of its records are organisations.
_ORGANISATIONS = {
	"Customer": ("customer_name", {"customer_type": ("!=", "Individual")}),
	"Lead": ("lead_name", {"company_name": ("is", "set")}),  # see `_is_person`
	"Prospect": ("company_name", {}),
	"Supplier": ("supplier_name", {"supplier_type": ("!=", "Individual")}),
}


@dataclass(frozen=True, slots=True)
class Subject:
	"""`records`: DocType → names of the client's own master records; `addresses` in lower case; `markers`: texts that identify the
	client wherever they occur; `shared_names`: names, addresses and numbers that identify no one → (DocType, name) of what has them as
	well; `organisations`: of one person's copy, DocType → name → title of the organisations to which they belong, not other people;
	`logins_of_others`: logins of the client that stay → the contact that uses them as well."""

	records: dict[str, tuple[str, ...]]
	addresses: tuple[str, ...]
	markers: tuple[str, ...]
	shared_names: dict[str, tuple[str, str]] = field(default_factory=dict)
	organisations: dict[str, dict[str, str]] = field(default_factory=dict)
	logins_of_others: dict[str, str] = field(default_factory=dict)


def of(
	party_type: str,
	party: str,
	contact: str | None = None,
	former: Collection[str] = (),
	*,
	same_person: bool = False,
) -> Subject:
	"""The subject of a request.

	:param contact: the person, if the request is about one contact of an organisation and not about all of the client
	:param former: the markers of before, such as when an erasure was planned; one that someone else has by now is left out
	:param same_person: with their other records, which have one of their addresses and their name
	"""
	records, theirs = _own_records(party_type, party, contact), {}
	if same_person:
		records, theirs = _with_other_records(records)
	found = _addresses(records)
	all_of_client = {**same_client(party_type, party), **records} if contact else records
	records["User"], logins_of_others = _logins(records, found, all_of_client)
	records = {doctype: names for doctype, names in records.items() if names}
	found |= _addresses({"User": records.get("User", ())})
	found |= addresses_among(former)
	shared_addresses = shared_names.addresses(found, {**records, **theirs})
	addresses = sorted(found - shared_addresses.keys())
	names, numbers = _names(records), _numbers(records)
	for each in set(former) - found:
		(names if any(letter.isalpha() for letter in each) else numbers).add(each)
	shared = {
		**shared_addresses,
		**shared_names.numbers(numbers, records),
		**shared_names.names(names, records),
	}
	markers = {*addresses, *(numbers - shared.keys()), *(names - shared.keys())}
	return Subject(
		records,
		tuple(addresses),
		tuple(sorted(each for each in markers if len(each) >= _SHORTEST)),
		shared,
		logins_of_others=logins_of_others,
	)


def _own_records(party_type: str, party: str, contact: str | None) -> dict[str, tuple[str, ...]]:
	if contact:
		return {"Contact": (contact,)}
	parties = same_client(party_type, party)
	return {**parties, **_linked("Contact", parties), **_linked("Address", parties)}


def come_since(moment, records: dict[str, tuple[str, ...]], addresses: Collection[str]) -> Subject:
	"""What was made with one of the client's addresses since the erasure was planned: the contact and the lead of an email of theirs, if it
	came from a stranger by then.

	:param records: the client's records that are known; others of theirs may be gone
	:param addresses: of the client alone
	"""
	if not addresses:  # what has no address is others'
		return Subject({}, (), ())
	given, since = ("in", spellings(addresses)), {"creation": (">=", moment)}
	rows = {"parenttype": "Contact", "email_id": given}
	having = frappe.get_all("Contact Email", rows, pluck="parent", order_by=None)
	contacts = {"name": ("in", [*having, ""]), **since}
	found = {
		"Contact": set(frappe.get_all("Contact", contacts, pluck="name", order_by=None)),
		"Lead": set(frappe.get_all("Lead", {"email_id": given, **since}, pluck="name", order_by=None)),
	}
	own = {doctype: {*records.get(doctype, ()), *names} for doctype, names in found.items()}
	found["Contact"] -= shared_names.of_others(found["Contact"], {**records, **own})
	new = {doctype: tuple(sorted(names - {*records.get(doctype, ())})) for doctype, names in found.items()}
	new = {doctype: names for doctype, names in new.items() if names}
	names = _names(new)
	markers = {*names} - shared_names.names(names, {**records, **own}).keys()
	return Subject(new, tuple(addresses), tuple(sorted(each for each in markers if len(each) >= _SHORTEST)))


def of_request(request, former: Collection[str] = ()) -> Subject:
	"""Who a Data Subject Request is about: all of the client, or one contact; `former` as in `of`."""
	contact = request.contact if request.contact_only else None
	return of(request.party_type, request.party, contact, former)


def of_copy(request) -> Subject:
	"""Who the copy of data for a Data Subject Request is about. An inquiry often makes a lead and a contact for someone who has a contact at
	their organisation as well, and a copy without those would lack their messages. An erasure takes none of them along, and lists them."""
	contact = request.contact if request.contact_only else None
	subject = of(request.party_type, request.party, contact, same_person=True)
	if not contact:
		return subject
	return replace(subject, organisations=_organisations((request.party_type, request.party), contact))


def _organisations(client: tuple[str, str], contact: str) -> dict[str, dict[str, str]]:
	"""The client for whom a contact speaks, and others to which it belongs, as far as they are not persons: DocType → name → title."""
	found: dict[str, dict[str, str]] = {}
	own = {"parenttype": "Contact", "parent": contact, "link_doctype": ("in", [*_ORGANISATIONS]), **CONFIRMED}
	links = frappe.get_all(_LINKS, own, ["link_doctype", "link_name"], as_list=True, order_by=None)
	for same in same_clients({client, *map(tuple, links)}).values():
		for doctype, name in same:
			if doctype in _ORGANISATIONS:
				found.setdefault(doctype, {})[name] = ""
	for doctype, names in found.items():
		title, which = _ORGANISATIONS[doctype]
		fields = ["name", title, *(["company_name"] if doctype == "Lead" else ())]
		rows = frappe.get_all(doctype, {"name": ("in", [*names]), **which}, fields, order_by=None)
		found[doctype] = {row.name: cstr(row[title]) for row in rows if not _is_person(row)}
	return found


def _is_person(row) -> bool:
	"""A lead is called like its company as long as no one there is known."""
	return "lead_name" in row and cstr(row.lead_name).casefold() != cstr(row.company_name).casefold()


def not_in_copy(request) -> dict[str, tuple[str, str]]:
	"""The client's addresses by which a copy finds nothing, because they are not theirs alone → (DocType, name) of who has it as well."""
	contact = request.contact if request.contact_only else None
	records, theirs = _with_other_records(_own_records(request.party_type, request.party, contact))
	found = _addresses(records)
	return shared_names.addresses(found, {**records, **theirs})


def _with_other_records(
	records: dict[str, tuple[str, ...]],
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
	"""The records with others of the same people, and the leads that are not whole about them, but have their address. One name with one
	address is one person; an address alone can be that of an office."""
	addresses = _addresses(records)
	names = _casefolded(_people(records))
	if not (addresses and names):
		return records, {}
	having_one = ("in", spellings(addresses))
	rows = {"parenttype": "Contact", "email_id": having_one}
	having = frappe.get_all("Contact Email", rows, pluck="parent", order_by=None)
	found = {
		"Contact": _called(names, "Contact", "full_name", {"name": ("in", [*having, ""])}),
		"Lead": _called(names, "Lead", "lead_name", {"email_id": having_one}),
	}
	persons = {"name": ("in", [*found["Lead"], ""]), "company_name": ("is", "not set")}
	own_leads = set(frappe.get_all("Lead", persons, pluck="name", order_by=None))
	linked = frappe.get_all(
		_LINKS,
		{
			"parenttype": "Contact",
			"parent": one_of(found["Contact"] - {*records.get("Contact", ())}),
			"link_doctype": ("in", ("Customer", "Supplier")),
		},
		["link_doctype", "link_name"],
		order_by=None,
	)
	for doctype, kind in (("Customer", "customer"), ("Supplier", "supplier")):
		named = {"name": ("in", [*(row.link_name for row in linked if row.link_doctype == doctype), ""])}
		found[doctype] = _called(names, doctype, f"{kind}_name", {**named, f"{kind}_type": "Individual"})
	of_leads = {"Lead": tuple(sorted({*records.get("Lead", ()), *found["Lead"]}))}
	found["Lead"] = own_leads
	more = {doctype: tuple(sorted({*records.get(doctype, ()), *new})) for doctype, new in found.items()}
	return {**records, **{doctype: all_of for doctype, all_of in more.items() if all_of}}, of_leads


def _called(names: Collection[str], doctype: str, column: str, filters: dict) -> set[str]:
	"""Those of the records with one of the names, in lower case."""
	rows = frappe.get_all(doctype, filters, ["name", column], order_by=None)
	return {row.name for row in rows if cstr(row[column]).strip().casefold() in names}


def _people(records: dict[str, tuple[str, ...]]) -> set[str]:
	"""The full names of the client's own records."""
	found: set[str] = set()
	for doctype, column in shared_names.NAMES_OF_PEOPLE:
		if names := records.get(doctype):
			found.update(frappe.get_all(doctype, {"name": ("in", names)}, pluck=column, order_by=None))
	return {cstr(each).strip() for each in found} - {""}


def _casefolded(names: Iterable[str]) -> set[str]:
	return {each.casefold() for each in names}


def addresses_among(markers: Iterable[str]) -> set[str]:
	"""Those of the markers that are email addresses."""
	return {each for each in markers if "@" in each}


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
			{"parenttype": doctype, "parent": one_of(linked)},
			["parent", "link_doctype", "link_name"],
			order_by=None,
		)
		if (row.link_doctype, row.link_name) not in own
	}
	return {doctype: tuple(sorted(linked - others))}


def _logins(
	records: dict[str, tuple[str, ...]], addresses: Iterable[str], all_of_client: shared_names.Records
) -> tuple[tuple[str, ...], dict[str, str]]:
	"""The portal users of contacts or with an address of theirs; and those of them that stay, because a contact of another client or
	another person of the same one uses them as well → that contact. Accounts of staff are not data about the client.

	:param all_of_client: the records, and the organisation if they are those of one of its people
	"""
	contacts = [*records.get("Contact", ()), ""]
	users = frappe.get_all("Contact", {"name": ("in", contacts)}, pluck="user", order_by=None)
	portal = {"name": ("in", [*filter(None, users), *addresses, ""]), "user_type": "Website User"}
	found = frappe.get_all("User", portal, pluck="name", order_by="name asc")
	staff = set(frappe.get_all("Employee", {"user_id": ("in", found)}, pluck="user_id")) if found else ()
	found = [name for name in found if name not in staff]
	if not found:
		return (), {}
	used = {"user": ("in", found), "name": ("not in", contacts)}
	rows = frappe.get_all("Contact", used, ["name", "user", "full_name"], order_by="name asc")
	stays: dict[str, str] = {}
	if rows:
		names = [row.name for row in rows]
		elsewhere = shared_names.of_others(names, all_of_client)
		others, people = shared_names.of_others(names, records), _casefolded(_people(records))
		for row in rows:
			same_person = cstr(row.full_name).strip().casefold() in people
			if row.name in elsewhere or (row.name in others and not same_person):
				stays.setdefault(row.user, row.name)
	return tuple(name for name in found if name not in stays), stays


def _addresses(records: dict[str, tuple[str, ...]]) -> set[str]:
	"""In lower case, and as they are stored."""
	found = {
		address
		for doctype, names in records.items()
		for name in names
		for address in clients.stored_in(doctype, name)
	}
	rows = {"parenttype": "Contact", "parent": one_of(records.get("Contact", ()))}
	found.update(frappe.get_all("Contact Email", rows, pluck="email_id", order_by=None))
	stored = {cstr(each).strip().lower() for each in found}
	return {*stored, *map(domains.spelled, stored)} - {""}


def _numbers(records: dict[str, tuple[str, ...]]) -> set[str]:
	rows = {"parenttype": "Contact", "parent": one_of(records.get("Contact", ()))}
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


def _names(records: dict[str, tuple[str, ...]]) -> set[str]:
	"""Names of at least two words, and those that Frappe made of two."""
	found: set[str] = set()
	for doctype, names in records.items():
		if doctype == "User":
			continue
		meta = frappe.get_meta(doctype)
		fields = {
			"name",
			*filter(meta.has_field, ("full_name", "customer_name", "lead_name", "supplier_name")),
		}
		for row in frappe.get_all(doctype, {"name": ("in", names)}, sorted(fields), order_by=None):
			found.update(cstr(value).strip() for value in row.values())
	made = {name for doctype in _NAMED_AFTER for name in records.get(doctype, ()) if "-" in name}
	return {each for each in found if len(each.split()) > 1 or each in made}
