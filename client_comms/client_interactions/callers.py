"""Finds who is calling or writing: contacts, clients and open interactions, from a name, a number or an address (D-1).

Each search is `get_list` as the session user, or the names that a link field offers them, so that it finds nothing that
these would not show (D-5).
"""

import frappe
from frappe import _
from frappe.query_builder import Order
from pypika.terms import PseudoColumn

from client_comms.clients import phone_numbers
from client_comms.clients.parties import PARTY_TYPES
from client_comms.enforcement import interactions, link_options
from client_comms.rules import response_clock

INTERACTION = "Client Interaction"
SHOWN = 5  # of each kind
SHORTEST = 2
_UNKNOWN = 50  # of which Frappe's own permissions may leave out some

# DocType → the fields that a text is looked for in, besides its name, and those that an E.164 number is looked for in
_TEXTS = {
	"Contact": ("full_name", "email_id"),
	"Customer": ("customer_name",),
	"Lead": ("lead_name", "company_name", "email_id"),
	"Prospect": ("company_name",),
	"Supplier": ("supplier_name",),
}
_NUMBERS = {"Lead": ("phone_e164", "mobile_e164")}


def find(text: str) -> list[dict]:
	"""Who and what a text can mean, the persons first.

	:param text: the beginning of an address or a number, or a part of a name
	:returns: `[{"doctype", "name", "title", "about", "values"}]`; `values` are the fields of an interaction with them
	"""
	text = " ".join((text or "").split())
	if len(text) < SHORTEST:
		return []
	number = phone_numbers.beginning(text)
	found = _contacts(text, number)
	# The client of a contact that was found is chosen with the contact.
	chosen = {(row["values"].get("party_type"), row["values"].get("party")) for row in found}
	for doctype in PARTY_TYPES:
		for name, title in _named(doctype, text, number):
			if (doctype, name) not in chosen:
				values = {"party_type": doctype, "party": name}
				found.append(_row(doctype, name, title, _(doctype), values))
	return [*found, *_open_interactions(text, [row["values"] for row in found])]


def _row(doctype: str, name: str, title: str, about: str, values: dict) -> dict:
	return {"doctype": doctype, "name": name, "title": title or name, "about": about, "values": values}


def _contacts(text: str, number: str | None) -> list[dict]:
	found = dict(_named("Contact", text, number))
	clients = _clients_of(list(found))
	rows = []
	for name, title in found.items():
		party_type, party, client = clients.get(name) or (None, None, None)
		values = {"contact": name, "party_type": party_type, "party": party}
		about = f"{_('Contact')} · {client}" if party else _("Contact")
		rows.append(
			_row("Contact", name, title, about, {key: value for key, value in values.items() if value})
		)
	return rows


def _clients_of(contacts: list[str]) -> dict[str, tuple[str, str, str]]:
	"""DocType, name and title of the client of each contact, if the user can choose that as well."""
	if not contacts:
		return {}
	links = frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Contact", "parent": ("in", contacts), "link_doctype": ("in", PARTY_TYPES)},
		["parent", "link_doctype", "link_name"],
		order_by="idx asc",
	)
	links.sort(key=lambda link: PARTY_TYPES.index(link.link_doctype))
	open_ones = {
		party_type: choosable(party_type, [l.link_name for l in links if l.link_doctype == party_type])
		for party_type in {link.link_doctype for link in links}
	}
	clients: dict[str, tuple[str, str, str]] = {}
	for link in links:
		if title := open_ones[link.link_doctype].get(link.link_name):
			clients.setdefault(link.parent, (link.link_doctype, link.link_name, title))
	return clients


def choosable(doctype: str, names: list[str]) -> dict[str, str]:
	"""Those of `names` that the session user can choose in a link field → their titles."""
	if link_options.is_offered(doctype):
		return dict(link_options.find(doctype, "", names=names, limit=len(names)))
	if not frappe.has_permission(doctype, "read"):
		return {}
	title = frappe.get_meta(doctype).get_title_field()
	rows = frappe.get_list(
		doctype,
		{"name": ("in", names)},
		list({"name", title}),
		limit=0,
		order_by=None,
	)
	return {row.name: row[title] or row.name for row in rows}


def _named(doctype: str, text: str, number: str | None) -> list[tuple[str, str]]:
	"""Rows of (name, title)."""
	if link_options.is_offered(doctype):
		return link_options.find(doctype, text, limit=SHOWN)
	if not frappe.has_permission(doctype, "read"):
		return []
	meta = frappe.get_meta(doctype)
	title = meta.get_title_field()
	filters = [[doctype, "disabled", "=", 0]] if meta.has_field("disabled") else []
	either = [[doctype, field, "like", f"%{text}%"] for field in ("name", *_TEXTS[doctype])]
	searches = [{"filters": filters, "or_filters": either}]
	if number and doctype == "Contact":
		searches.append({"filters": [["Contact Phone", "phone_e164", "like", f"{number}%"]]})
	elif number and doctype in _NUMBERS:
		either = [[doctype, field, "like", f"{number}%"] for field in _NUMBERS[doctype]]
		searches.append({"filters": filters, "or_filters": either})
	if "@" in text and doctype == "Contact":
		searches.append({"filters": [["Contact Email", "email_id", "like", f"{text}%"]]})
	found: dict[str, str] = {}
	for search in searches:
		rows = frappe.get_list(
			doctype,
			fields=["name", title],
			order_by=f"`tab{doctype}`.modified desc, `tab{doctype}`.name desc",
			limit=SHOWN,
			as_list=True,
			**search,
		)
		found.update((row[0], row[1] or row[0]) for row in rows)
	return list(found.items())[: 2 * SHOWN]


def _open_interactions(text: str, found: list[dict]) -> list[dict]:
	"""Those of the clients and contacts that were found, those whose name or subject begins with the text, and those of clients
	without a record, whose name and number stand on the interaction alone: each by an index, because someone is typing."""
	parties: dict[str, list[str]] = {}
	for values in found:
		if values.get("party"):
			parties.setdefault(values["party_type"], []).append(values["party"])
	contacts = [values["contact"] for values in found if values.get("contact")]
	searches = [
		*({"party_type": each, "party": ("in", parties[each])} for each in sorted(parties)),
		*([{"contact": ("in", contacts)}] if contacts else []),
		*({field: ("like", f"{text}%")} for field in ("name", "subject")),
		{"name": ("in", [*_of_unknown_clients(text), ""])},
	]
	rows: dict[str, dict] = {}
	for search in searches:
		for row in frappe.get_list(
			INTERACTION,
			filters={**search, "status": ("!=", response_clock.STATUS_CLOSED)},
			fields=[
				"name",
				"subject",
				"party_name",
				"party_type",
				"party",
				"contact",
				"company",
				"occurred_on",
			],
			order_by="occurred_on desc, name desc",
			limit=SHOWN,
		):
			rows[row.name] = row
	newest = sorted(rows.values(), key=lambda row: (row.occurred_on, row.name), reverse=True)[:SHOWN]
	fields = ("party_type", "party", "contact", "company")
	return [
		_row(
			INTERACTION,
			row.name,
			row.subject,
			" · ".join(filter(None, (_("Open Interaction"), row.party_name, row.name))),
			{field: row[field] for field in fields if row[field]},
		)
		for row in newest
	]


def _of_unknown_clients(text: str) -> list[str]:
	"""The newest that confidentiality lets the session user read; `get_list` of these asks for the rest."""
	table = frappe.qb.DocType(INTERACTION)
	query = (
		frappe.qb.from_(table)
		.select(table.name)
		.where(table.party.isnull() | (table.party == ""))
		.where(table.status.isin(response_clock.NOT_CLOSED))
		.where(table.party_name.like(f"%{text}%"))
		.orderby(table.occurred_on, order=Order.desc)
		.limit(_UNKNOWN)
	)
	if readable := interactions.interaction_condition():
		query = query.where(PseudoColumn(readable))
	return query.run(pluck=True)
