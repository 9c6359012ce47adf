"""Which names and addresses of a client identify no one, because something or someone else on the site has them as well (P-2).

An erasure replaces what identifies the client wherever it occurs. A client can be called like a role, a DocType or a project:
such a name is left where it is, and the plan says so. A tag of that name is about the client, and goes.
"""

from collections.abc import Collection, Iterator, Mapping

import frappe

from client_comms.clients import parties, phone_numbers
from client_comms.clients.addresses import spellings
from client_comms.enforcement.row_conditions import literal
from client_comms.filters import one_of

Records = Mapping[str, Collection[str]]
_BATCH = 100  # tables asked in one query
# What the site is built of: a name that occurs in one of these is a word of its language. Table and column, and what is shown.
_STRUCTURE = (
	("DocType", "name", "DocType", "name"),
	("Role", "name", "Role", "name"),
	("Module Def", "name", "Module Def", "name"),
	("DocField", "label", "DocType", "parent"),
	("Custom Field", "label", "Custom Field", "name"),
)
# Columns with names of people.
NAMES_OF_PEOPLE = (
	("Contact", "full_name"),
	("Customer", "customer_name"),
	("Employee", "employee_name"),
	("Lead", "lead_name"),
	("Supplier", "supplier_name"),
	("User", "full_name"),
)
_ACCOUNTS = (
	("User", "name"),
	("User", "email"),
	("Email Account", "email_id"),
	("Employee", "company_email"),
	("Employee", "personal_email"),
	("Company", "email"),
	("Lead", "email_id"),
)
_PHONES = (
	("User", "phone"),
	("User", "mobile_no"),
	("Employee", "cell_number"),
	("Company", "phone_no"),
	("Lead", "phone"),
	("Lead", "mobile_no"),
	("Lead", "phone_e164"),
	("Lead", "mobile_e164"),
)
_OWN_DOMAIN = ("Client Comms Settings", "Client Comms Settings")


def names(found: Collection[str], records: Records) -> dict[str, tuple[str, str]]:
	"""Those of the names that something else has, or that occur in the site's own words: name → (DocType, name) of that.

	:param records: DocType → the client's own records
	"""
	tables = list(_tables())
	shared = {name: _person(name, records) or _named(name, tables, records) or _word(name) for name in found}
	return {name: other for name, other in shared.items() if other}


def addresses(found: Collection[str], records: Records) -> dict[str, tuple[str, str]]:
	"""Those of the addresses that are not the client's alone: address → (DocType, name) of who has it as well."""
	shared = {
		address: _holder(_ACCOUNTS, spellings([address]), records)
		or _contact("Contact Email", "email_id", spellings([address]), records)
		or (_OWN_DOMAIN if parties.is_own(address) else None)
		for address in found
	}
	return {address: other for address, other in shared.items() if other}


def numbers(found: Collection[str], records: Records) -> dict[str, tuple[str, str]]:
	"""Those of the phone numbers that someone else has as well, such as that of a reception, however they are written there."""
	shared = {}
	for number in found:
		forms = sorted({number, phone_numbers.normalised(number)} - {None, ""})
		shared[number] = (
			_holder(_PHONES, forms, records)
			or _contact("Contact Phone", "phone", forms, records)
			or _contact("Contact Phone", "phone_e164", forms, records)
		)
	return {number: other for number, other in shared.items() if other}


def _person(name: str, records: Records) -> tuple[str, str] | None:
	for doctype, field in NAMES_OF_PEOPLE:
		if not (doctype == "User" and records.get("User")):
			if other := _other(doctype, field, [name], records):
				return other
	return None


def _holder(
	fields: Collection[tuple[str, str]], values: list[str], records: Records
) -> tuple[str, str] | None:
	for doctype, field in fields:
		if frappe.db.has_column(doctype, field) and (other := _other(doctype, field, values, records)):
			return other
	return None


def _other(doctype: str, field: str, values: list[str], records: Records) -> tuple[str, str] | None:
	own = [*records.get(doctype, ()), ""]
	name = frappe.db.get_value(doctype, [[field, "in", values], ["name", "not in", own]])
	return (doctype, name) if name else None


def _contact(table: str, field: str, values: list[str], records: Records) -> tuple[str, str] | None:
	"""Another person's contact; one that Frappe made for the client's own login is the client's."""
	own = [*records.get("Contact", ()), ""]
	rows = {"parenttype": "Contact", field: ("in", values), "parent": ("not in", own)}
	others = frappe.get_all(table, rows, pluck="parent", order_by=None)
	logins = records.get("User", ())
	for row in frappe.get_all(
		"Contact", {"name": ("in", [*others, ""])}, ["name", "user"], order_by="name asc"
	):
		if row.user not in logins or of_others([row.name], records):
			return "Contact", row.name
	return None


def of_others(contacts: Collection[str], records: Records) -> set[str]:
	"""Those of the contacts that belong to another client."""
	links = frappe.get_all(
		"Dynamic Link",
		{
			"parenttype": "Contact",
			"parent": one_of(contacts),
			"link_doctype": ("in", parties.PARTY_TYPES),
		},
		["parent", "link_doctype", "link_name"],
		order_by=None,
	)
	return {row.parent for row in links if row.link_name not in records.get(row.link_doctype, ())}


def _tables() -> Iterator[str]:
	"""The DocTypes whose records have a name of letters that says who or what they are."""
	yield from frappe.db.sql_list(
		"""select substring(table_name, 4) from information_schema.columns
		where table_schema = database() and column_name = 'name' and data_type = 'varchar'
		and left(table_name, 3) = 'tab' and table_name != 'tabTag' order by table_name"""
	)


def _named(name: str, doctypes: list[str], records: Records) -> tuple[str, str] | None:
	"""A record of any DocType with this name, found by the primary keys."""
	for start in range(0, len(doctypes), _BATCH):
		union = " union all ".join(
			f"select {literal(doctype)}, `name` from `tab{doctype}` where `name` = %(name)s"
			for doctype in doctypes[start : start + _BATCH]
		)
		# nosemgrep: frappe-sql-format-injection (tables of the schema; the name is bound)
		for doctype, other in frappe.db.sql(union, {"name": name}):
			if other not in records.get(doctype, ()):
				return doctype, other
	return None


def _word(name: str) -> tuple[str, str] | None:
	for doctype, column, shown_as, shown in _STRUCTURE:
		if other := frappe.db.get_value(doctype, {column: ("like", f"%{literally(name)}%")}, shown):
			return shown_as, other
	return None


def literally(text: str) -> str:
	"""A text as a pattern of `like` that matches it alone."""
	return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
