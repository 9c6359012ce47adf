"""What a record belongs to: its interaction, its client, the document under which it is filed (P-2).

Legal holds, restrictions of use and the data map ask this of records in the database; nothing here decides anything.
"""

from collections.abc import Collection, Iterable

import frappe

from client_comms.clients.parties import PARTY_TYPES
from client_comms.enforcement import dependents, governed, source_doctypes

Anchor = tuple[str, str]  # DocType and name, as a text also where Frappe counts and gives a number
_OF_SOURCE = ((governed.INTERACTION, "client_interaction"),)  # of another app
# DocType -> the fields that name what one of its records belongs to: fixed DocType or field with it, and the name's field.
_ANCHORS = {
	governed.INTERACTION: (
		("party_type", "party"),
		("Contact", "contact"),
		("reference_doctype", "reference_name"),
	),
	"Communication": ((governed.INTERACTION, "client_interaction"), ("reference_doctype", "reference_name")),
	"Event": ((governed.INTERACTION, "client_interaction"), ("reference_doctype", "reference_docname")),
	"Call Log": ((governed.INTERACTION, "client_interaction"),),
	"Client Disclosure": (("party_type", "party"), (governed.INTERACTION, "client_interaction")),
	"Client Consent": (("party_type", "party"), (governed.INTERACTION, "client_interaction")),
	"Identity Verification": (("party_type", "party"), (governed.INTERACTION, "client_interaction")),
	"Client Access Link": (("party_type", "party"), (governed.INTERACTION, "client_interaction")),
	"Communication Preference": (("party_type", "party"), ("Contact", "contact")),
	"Interaction Review": ((governed.INTERACTION, "interaction"),),
	"Interaction Access Grant": ((governed.INTERACTION, "interaction"),),
	"Physical File": (("party_type", "party"),),
	"Issue": (("Customer", "customer"), ("Lead", "lead"), ("Contact", "contact")),
	"Opportunity": (("opportunity_from", "party_name"),),
	"Processing Restriction": (("party_type", "party"), ("Contact", "contact")),
	"Appointment": (("appointment_with", "party"),),
	"Customer": (("Lead", "lead_name"),),
}
_WITH_LINKS, _LINKS = ("Contact", "Address"), ("links", "link_doctype", "link_name")
# DocType → its table that names in whom or what it has a part, with the fields of the rows: it can belong to others.
_TABLES = {
	"Communication": ("timeline_links", "link_doctype", "link_name"),
	"Event": ("event_participants", "reference_doctype", "reference_docname"),
}
_STEPS = 4  # file -> comment -> message -> interaction -> client


def of_each(doctype: str, names: Collection[str], *, with_parts: bool = True) -> dict[str, set[Anchor]]:
	"""What each record belongs to, itself included, directly or through something else.

	:param with_parts: also the clients that take part in a meeting, or in whose timeline a message is
	:returns: by the names as they were given
	"""
	reached = {name: {(doctype, str(name))} for name in names}
	fresh = {name: {(doctype, str(name))} for name in names}
	for _step in range(_STEPS):
		asked = set().union(*fresh.values())
		if not asked:
			break
		next_ones = _one_step(asked, with_parts)
		fresh = {
			name: set().union(*(next_ones.get(each, set()) for each in anchors)) - reached[name]
			for name, anchors in fresh.items()
		}
		for name, anchors in fresh.items():
			reached[name] |= anchors
	return reached


def _one_step(records: Iterable[Anchor], with_parts: bool) -> dict[Anchor, set[Anchor]]:
	"""What records belong to directly; one query per DocType."""
	by_doctype: dict[str, set[str]] = {}
	for doctype, name in records:
		by_doctype.setdefault(doctype, set()).add(name)
	found: dict[Anchor, set[Anchor]] = {}
	for doctype, names in by_doctype.items():
		pairs = _pairs(doctype)
		if pairs and frappe.db.table_exists(doctype):
			_add_named(found, doctype, names, pairs)
		if doctype in _WITH_LINKS:
			_add_linked(found, doctype, names)
		if with_parts and doctype in _TABLES:
			_add_parts(found, doctype, names)
		if doctype == "Lead":
			_add_customers(found, names)
	return found


def _add_named(found: dict, doctype: str, names: set[str], pairs) -> None:
	columns = set(frappe.get_meta(doctype).get_valid_columns())
	pairs = [(kind, field) for kind, field in pairs if field in columns]
	fields = {
		"name",
		*(field for _kind, field in pairs),
		*(kind for kind, _field in pairs if kind in columns),
	}
	for row in frappe.get_all(doctype, {"name": ("in", list(names))}, sorted(fields), order_by=None):
		for kind, field in pairs:
			owner = (row[kind] if kind in columns else kind, row[field])
			if all(owner):
				found.setdefault((doctype, str(row.name)), set()).add((owner[0], str(owner[1])))


def _add_linked(found: dict, doctype: str, names: set[str]) -> None:
	linked = {"parenttype": doctype, "parent": ("in", list(names)), "link_doctype": ("in", PARTY_TYPES)}
	for row in frappe.get_all("Dynamic Link", linked, ["parent", "link_doctype", "link_name"], order_by=None):
		found.setdefault((doctype, row.parent), set()).add((row.link_doctype, row.link_name))


def _add_parts(found: dict, doctype: str, names: set[str]) -> None:
	table, kind, name = _TABLES[doctype]
	rows = {"parenttype": doctype, "parent": ("in", list(names)), kind: ("is", "set"), name: ("is", "set")}
	child = frappe.get_meta(doctype).get_field(table).options
	for row in frappe.get_all(child, rows, ["parent", kind, name], order_by=None):
		found.setdefault((doctype, row.parent), set()).add((row[kind], row[name]))


def _add_customers(found: dict, leads: set[str]) -> None:
	"""A lead that became a customer belongs to the customer as well."""
	became = {"lead_name": ("in", list(leads))}
	for row in frappe.get_all("Customer", became, ["name", "lead_name"], order_by=None):
		found.setdefault(("Lead", row.lead_name), set()).add(("Customer", row.name))


def named_by(doc) -> set[Anchor]:
	"""What a document belongs to directly by its fields, as they are in memory."""
	if doc.get("parenttype") and doc.get("parent"):
		return {(doc.parenttype, str(doc.parent))}
	found = {
		(doc.get(kind) if doc.meta.has_field(kind) else kind, doc.get(field))
		for kind, field in _pairs(doc.doctype)
	}
	table, kind, name = _LINKS if doc.doctype in _WITH_LINKS else _TABLES.get(doc.doctype, (None,) * 3)
	if table:
		found |= {(row.get(kind), row.get(name)) for row in doc.get(table) or ()}
	return {(kind, str(name)) for kind, name in found if kind and name}


def _pairs(doctype: str):
	own = (dependents.OWNER_FIELDS[doctype],) if doctype in dependents.OWNER_FIELDS else ()
	of_source = _OF_SOURCE if doctype in source_doctypes.active() else ()
	return _ANCHORS.get(doctype) or of_source or own
