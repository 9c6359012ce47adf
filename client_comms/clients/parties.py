"""Finds the client behind a document or an address."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import frappe

from client_comms.clients import phone_numbers
from client_comms.clients.addresses import bare_address, spellings
from client_comms.rules import domains

PARTY_TYPES = ("Customer", "Lead", "Prospect", "Supplier")
# What a Contact says of itself counts where it is confirmed (`confirmation`).
CONFIRMED_ON = "confirmed_on"
CONFIRMED = {CONFIRMED_ON: ("is", "set")}
# A desk user, or an employee with a type of user of the site, such as that of Frappe HR.
_WORKS_HERE = """user.enabled = 1 and (user.user_type = 'System User' or (user.user_type != 'Website User'
	and exists (select 1 from `tabEmployee` where user_id = user.name and status = 'Active')))"""


@dataclass(frozen=True, slots=True)
class Client:
	"""A party with the person who wrote; `name` if the party is not known yet."""

	party_type: str | None = None
	party: str | None = None
	contact: str | None = None
	name: str | None = None


@dataclass(frozen=True, slots=True)
class Holders:
	"""Who has an email address: its contact and that one's party, as far as both are confirmed, and its latest lead.

	`is_ours`: a mailbox of this site or an enabled user who works here. `is_named`: a lead, or a contact, confirmed or not, has it.
	"""

	contact: str | None = None
	party: tuple[str, str] | None = None
	lead: tuple[str, str] | None = None
	is_ours: bool = False
	is_named: bool = False


def is_own(address: str, holders: Holders | None = None) -> bool:
	"""Whether an address is our own: an own domain, a mailbox of this site, a desk user, or the login of an employee.

	:param holders: its `holders_of`, if they were just looked up
	"""
	address = bare_address(address)
	if "@" not in address:
		return False
	if domains.of(address) in frappe.get_cached_doc("Client Comms Settings").own_domains():
		return True
	return holders.is_ours if holders else bool(own_addresses([address]))


def own_addresses(addresses) -> set[str]:
	"""Those of `addresses` that are mailboxes of this site or of enabled users who work here, in lower case; one query."""
	bare = {bare_address(address) for address in addresses} - {""}
	if not bare:
		return set()
	# nosemgrep: frappe-sql-format-injection (a condition of this module; values are bound)
	found = frappe.db.sql_list(
		f"""select email_id from `tabEmail Account` where email_id in %(addresses)s
		union all select user.email from `tabUser` user where user.email in %(addresses)s and {_WORKS_HERE}""",
		{"addresses": spellings(bare)},
	)
	return {*map(domains.spelled, found)}


@dataclass(frozen=True, slots=True)
class Held:
	"""Which addresses of several, in lower case, enabled users and active employees have, and which are mailboxes of this site."""

	by_staff: frozenset[str]
	by_mailboxes: frozenset[str]


def held(addresses: Iterable[str]) -> Held:
	"""For bare addresses; one query."""
	found = [*spellings(addresses), ""]
	employees = " ".join(
		f"union all select 1, `{field}` from `tabEmployee` where `{field}` in %(addresses)s and status = 'Active'"
		for field in ("company_email", "personal_email", "prefered_email")
	)
	# nosemgrep: frappe-sql-format-injection (fields of this module; values are bound)
	rows = frappe.db.sql(
		f"""select 0, email_id from `tabEmail Account` where email_id in %(addresses)s
		union all select 1, email from `tabUser` where email in %(addresses)s and enabled = 1 {employees}""",
		{"addresses": found},
	)
	by_staff, by_mailboxes = (
		frozenset(domains.spelled(address) for is_staff, address in rows if is_staff == kind) - {""}
		for kind in (1, 0)
	)
	return Held(by_staff, by_mailboxes)


def outside(addresses: Iterable[str]) -> list[str]:
	"""Those of bare `addresses` that are not our own, as `is_own`; one query."""
	addresses, domains_of_ours = list(addresses), frappe.get_cached_doc("Client Comms Settings").own_domains()
	ours = own_addresses(addresses)
	return [
		each
		for each in addresses
		if domains.spelled(each) not in ours and domains.of(each) not in domains_of_ours
	]


def user_of(address: str) -> str | None:
	"""The user who writes from an address, even if the message came from outside; None if there is none."""
	address = bare_address(address)
	return users_of([address]).get(address)


def client_of(
	reference_doctype: str | None,
	reference_name: str | None,
	address: str,
	name: str,
	document=None,
	holders: Holders | None = None,
) -> Client:
	"""The client of a document, otherwise of an address.

	:param address: email address of the person who wrote
	:param name: their name if nothing else is known
	:param document: the document, if it is at hand
	:param holders: `holders_of` the address, if they were just looked up
	"""
	address = bare_address(address)
	holders = holders or holders_of(address)
	contact, known = holders.contact, holders.party

	def party_of(other: str | None) -> tuple[str, str] | None:
		# A new Issue names the contact of its address.
		return known if other == contact else of_contact(other)

	party_type, party = _of_reference(reference_doctype, reference_name, document, party_of) or (
		# ERPNext has entered the lead of the address in a new Issue.
		known or (None if document else holders.lead) or (None, None)
	)
	if party_type == "Lead" and known and known[0] == "Customer":
		# A customer who writes to an address that creates leads gets filed under a lead, but is still a customer.
		party_type, party = known
	return Client(party_type, party, contact, name or address)


def same_client(party_type: str, party: str) -> dict[str, tuple[str, ...]]:
	"""The client by DocType, with the lead that it was or the customers that it became: what it said once, it said."""
	found = {party_type: (party,)}
	if party_type == "Customer" and (lead := _lead_of(party)):
		found["Lead"] = (lead,)
	if party_type == "Lead":
		became = frappe.get_all("Customer", {"lead_name": party}, pluck="name", order_by=None)
		found.update({"Customer": tuple(became)} if became else {})
	return found


def _lead_of(customer: str) -> str | None:
	return frappe.db.get_value("Customer", customer, "lead_name", cache=True)  # a form asks several times


def same_clients(clients: Collection[tuple[str, str]]) -> dict[tuple[str, str], set[tuple[str, str]]]:
	"""The same for several, each with itself; at most two queries."""
	found = {client: {client} for client in clients}
	meant = {(kind, name.lower()): (kind, name) for kind, name in clients}  # as the database compares names
	for kind, field in (("Customer", "name"), ("Lead", "lead_name")):
		names = sorted(name for each, name in clients if each == kind)
		which = [[field, "in", names], ["lead_name", "is", "set"]]
		for row in frappe.get_all("Customer", which, ["name", "lead_name"], order_by=None) if names else ():
			client = meant.get((kind, row[field].lower()))
			if client:
				found[client] |= {("Customer", row.name), ("Lead", row.lead_name)}
	return found


def filters_of(party_type: str, party: str) -> dict[str, tuple]:
	"""Filters for documents that say whom they are about by `party_type` and `party`: the `same_client`."""
	same = same_client(party_type, party)
	return {
		"party_type": ("in", [*same]),
		"party": ("in", [name for names in same.values() for name in names]),
	}


def client_of_number(number: str | None) -> Client:
	"""The client of a telephone number; an unknown number is used as the client's name."""
	normalised = phone_numbers.normalised(number)
	contacts = normalised and phone_numbers.contacts_of([normalised], CONFIRMED).get(normalised)
	contact = contacts and _closest(contacts)
	if not contact:
		return Client(name=normalised or number)
	party_type, party = of_contact(contact) or (None, None)
	return Client(party_type, party, contact, frappe.db.get_value("Contact", contact, "full_name"))


def _of_reference(
	doctype: str | None, name: str | None, document, party_of: Callable[[str | None], tuple[str, str] | None]
) -> tuple[str, str] | None:
	if not (doctype and name):
		return None
	if doctype in PARTY_TYPES:
		return doctype, name
	if doctype == "Contact":
		return party_of(name)
	if doctype == "Opportunity":
		return frappe.db.get_value(doctype, name, ["opportunity_from", "party_name"])
	if doctype == "Issue":
		fields = ["customer", "lead", "contact"]
		issue = document or frappe.db.get_value(doctype, name, fields, as_dict=True)
		if not issue:
			return None  # deleted
		if issue.customer:
			return "Customer", issue.customer
		if issue.lead:
			return "Lead", issue.lead
		return party_of(issue.contact)
	return None


def is_customer(address: str) -> bool:
	"""Whether an address is confirmed as that of a customer's contact."""
	party = holders_of(address).party
	return bool(party) and party[0] == "Customer"


def contact_of_address(address: str) -> str | None:
	"""The contact of an address, if the address is confirmed."""
	return holders_of(address).contact


def holders_of(address: str) -> Holders:
	"""Who has an email address, given bare and in lower case; one query.

	Of several contacts, a customer's comes before a lead's, and a lead's before one without a party.
	"""
	if not address:
		return Holders()
	return _holders(row for _address, *row in frappe.db.sql(_HOLDERS, {"addresses": spellings([address])}))


def holders_of_all(addresses: Iterable[str]) -> dict[str, Holders]:
	"""`holders_of` several addresses; one query, none without an address."""
	addresses = [*dict.fromkeys(filter(None, addresses))]
	rows: dict[str, list] = {}
	asked = {"addresses": spellings(addresses)}
	for address, *row in frappe.db.sql(_HOLDERS, asked) if addresses else ():
		rows.setdefault(domains.spelled(address), []).append(row)
	return {address: _holders(rows.get(address, ())) for address in addresses}


def _holders(rows: Iterable[tuple]) -> Holders:
	parties: dict[str, list[tuple[str, str]]] = {}
	lead, ours, named = None, False, False
	for what, contact, party_type, party, *_order in rows:
		if what == "Ours":
			ours = True
			continue
		named = True
		if what == "Lead":
			lead = (party_type, party)
		elif what == "Confirmed":
			parties.setdefault(contact, []).extend([(party_type, party)] if party else [])
	closest = {contact: next(iter(_closest_first(found)), None) for contact, found in parties.items()}
	contact, party = min(closest.items(), key=lambda each: _closeness_of(each[1]), default=(None, None))
	return Holders(contact, party, lead, ours, named)


_HOLDERS = f"""
	select email.email_id, 'Confirmed', email.parent, link.link_doctype, link.link_name, email.creation, link.idx from `tabContact Email` email
	left join `tabDynamic Link` link on link.parenttype = 'Contact' and link.parent = email.parent
		and link.link_doctype in {PARTY_TYPES} and link.confirmed_on is not null
	where email.email_id in %(addresses)s and email.parenttype = 'Contact' and email.confirmed_on is not null
	union all select email_id, 'Named', null, null, null, null, 0 from `tabContact` where email_id in %(addresses)s
	union all select email_id, 'Lead', null, 'Lead', name, creation, 0 from `tabLead` where email_id in %(addresses)s
	union all select email_id, 'Ours', null, null, null, null, 0 from `tabEmail Account` where email_id in %(addresses)s
	union all select user.email, 'Ours', null, null, null, null, 0 from `tabUser` user
	where user.email in %(addresses)s and {_WORKS_HERE}
	order by 6, 7"""


def _closest(contacts: list[str]) -> str:
	if len(contacts) == 1:
		return contacts[0]
	return min(contacts, key=lambda contact: _closeness_of(of_contact(contact)))


def _closeness(party_type: str | None) -> int:
	return PARTY_TYPES.index(party_type) if party_type else len(PARTY_TYPES)


def _closeness_of(party: tuple[str, str] | None) -> int:
	return _closeness(party and party[0])


def _closest_first(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
	# A lead that became a customer has both on its contact; the customer is more recent.
	if any(party_type == "Customer" for party_type, _party in found):
		found = [each for each in found if each[0] not in ("Lead", "Prospect")]
	return sorted(found, key=_closeness_of)


def of_contact(contact: str | None) -> tuple[str, str] | None:
	"""The party of a contact, as far as it is confirmed: `(party_type, party)`; of several, the closest."""
	return next(iter(all_of_contact(contact)), None)


def all_of_contact(contact: str | None) -> list[tuple[str, str]]:
	"""The confirmed parties of a contact, the closest first; a customer is no longer a lead."""
	links = contact and frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Contact", "parent": contact, "link_doctype": ("in", PARTY_TYPES), **CONFIRMED},
		["link_doctype", "link_name"],
		order_by="idx asc",
	)
	return _closest_first([(link.link_doctype, link.link_name) for link in links or ()])


def of_contacts(contacts: Iterable[str]) -> dict[str, Client]:
	"""The clients of those contacts that have one, confirmed or not, in one query: contact -> client."""
	contacts = list(set(contacts))
	if not contacts:
		return {}
	links = frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Contact", "parent": ("in", contacts), "link_doctype": ("in", PARTY_TYPES)},
		["parent", "link_doctype", "link_name"],
		order_by="idx asc",
	)
	clients: dict[str, Client] = {}
	for link in sorted(links, key=lambda link: _closeness(link.link_doctype)):
		clients.setdefault(link.parent, Client(link.link_doctype, link.link_name, link.parent))
	return clients


def of_documents(documents: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Client]:
	"""The clients behind (DocType, name) of parties, contacts, opportunities and issues; one query per DocType."""
	named: dict[str, set[str]] = {}
	for doctype, name in documents:
		named.setdefault(doctype, set()).add(name)
	clients = {
		(party_type, party): Client(party_type, party)
		for party_type in PARTY_TYPES
		for party in named.get(party_type, ())
	}
	for contact, client in of_contacts(named.get("Contact", ())).items():
		clients["Contact", contact] = client
	if "Opportunity" in named:
		which = {"name": ("in", list(named["Opportunity"]))}
		for row in frappe.get_all("Opportunity", which, ["name", "opportunity_from", "party_name"]):
			clients["Opportunity", row.name] = Client(row.opportunity_from, row.party_name)
	if "Issue" in named:
		which = {"name": ("in", list(named["Issue"]))}
		for row in frappe.get_all("Issue", which, ["name", "customer", "lead"]):
			if party := row.customer or row.lead:
				clients["Issue", row.name] = Client("Customer" if row.customer else "Lead", party)
	return clients


def of_addresses(addresses: Iterable[str]) -> dict[str, Client]:
	"""The clients of those email addresses that are known, confirmed or not: address -> client.

	:param addresses: bare and in lower case. Any number of them takes three queries.
	"""
	addresses = list(set(addresses))
	if not addresses:
		return {}
	rows = frappe.get_all(
		"Contact Email",
		{"email_id": ("in", spellings(addresses)), "parenttype": "Contact"},
		["email_id", "parent"],
		order_by="creation asc",
	)
	of_contact = of_contacts(row.parent for row in rows)
	found: dict[str, Client] = {}
	for row in rows:
		client, address = of_contact.get(row.parent), domains.spelled(row.email_id)
		if client and (
			address not in found or _closeness(client.party_type) < _closeness(found[address].party_type)
		):
			found[address] = client
	# An empty list would match leads without an address.
	if unknown := spellings(address for address in addresses if address not in found):
		leads = {"email_id": ("in", unknown)}
		for lead in frappe.get_all("Lead", leads, ["name", "email_id"], order_by="creation asc"):
			found[domains.spelled(lead.email_id)] = Client("Lead", lead.name)
	return found


def users_of(addresses: Iterable[str]) -> dict[str, str]:
	"""Address → user, of those who work here, and of disabled desk users; one query."""
	written = spellings(addresses)
	query = f"""select user.email, user.name from `tabUser` user where user.email in %(written)s
		and (user.user_type = 'System User' or {_WORKS_HERE})"""
	# nosemgrep: frappe-sql-format-injection (a condition of this module; values are bound)
	rows = frappe.db.sql(query, {"written": written}) if written else ()
	return {domains.spelled(address): user for address, user in rows}
