"""What a record belongs to: its interaction, its client, the document under which it is filed (P-2).

Legal holds, restrictions of use and the data map ask this of records in the database; nothing here decides anything.
"""

from collections.abc import Collection, Iterable

import frappe

from client_comms.clients.parties import PARTY_TYPES
from client_comms.enforcement import dependents, governed, source_doctypes

Anchor = tuple[str, str]  # DocType and name
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
_WITH_LINKS = ("Contact", "Address")
# DocType → its tables that name what it belongs to, with the fields of their rows.
_TABLES = {
	**dict.fromkeys(_WITH_LINKS, (("links", "link_doctype", "link_name"),)),
	"Communication": (("timeline_links", "link_doctype", "link_name"),),
	"Event": (("event_participants", "reference_doctype", "reference_docname"),),
}
_STEPS = 4  # file -> comment -> message -> interaction -> client


def of_each(doctype: str, names: Collection[str]) -> dict[str, set[tuple[str, str]]]:
	"""What each record belongs to, itself included, directly or through something else."""
	reached = {name: {(doctype, name)} for name in names}
	fresh = {name: {(doctype, name)} for name in names}
	for _step in range(_STEPS):
		asked = set().union(*fresh.values())
		if not asked:
			break
		next_ones = _one_step(asked)
		fresh = {
			name: set().union(*(next_ones.get(each, set()) for each in anchors)) - reached[name]
			for name, anchors in fresh.items()
		}
		for name, anchors in fresh.items():
			reached[name] |= anchors
	return reached


def _one_step(records: Iterable[tuple[str, str]]) -> dict[tuple[str, str], set[tuple[str, str]]]:
	"""What records belong to directly; one query per DocType."""
	by_doctype: dict[str, set[str]] = {}
	for doctype, name in records:
		by_doctype.setdefault(doctype, set()).add(name)
	found: dict[tuple[str, str], set[tuple[str, str]]] = {}
	for doctype, names in by_doctype.items():
		pairs = _pairs(doctype)
		if pairs and frappe.db.table_exists(doctype):
			_add_named(found, doctype, names, pairs)
		if doctype in _WITH_LINKS:
			_add_linked(found, doctype, names)
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
				found.setdefault((doctype, row.name), set()).add(owner)


def _add_linked(found: dict, doctype: str, names: set[str]) -> None:
	linked = {"parenttype": doctype, "parent": ("in", list(names)), "link_doctype": ("in", PARTY_TYPES)}
	for row in frappe.get_all("Dynamic Link", linked, ["parent", "link_doctype", "link_name"], order_by=None):
		found.setdefault((doctype, row.parent), set()).add((row.link_doctype, row.link_name))


def _add_customers(found: dict, leads: set[str]) -> None:
	"""A lead that became a customer belongs to the customer as well."""
	became = {"lead_name": ("in", list(leads))}
	for row in frappe.get_all("Customer", became, ["name", "lead_name"], order_by=None):
		found.setdefault(("Lead", row.lead_name), set()).add(("Customer", row.name))


def named_by(doc) -> set[Anchor]:
	"""What a document belongs to directly by its fields, as they are in memory."""
	if doc.get("parenttype") and doc.get("parent"):
		return {(doc.parenttype, doc.parent)}
	found = {
		(doc.get(kind) if doc.meta.has_field(kind) else kind, doc.get(field))
		for kind, field in _pairs(doc.doctype)
	}
	for table, kind, name in _TABLES.get(doc.doctype, ()):
		found |= {(row.get(kind), row.get(name)) for row in doc.get(table) or ()}
	return {anchor for anchor in found if all(anchor)}


def _pairs(doctype: str):
	own = (dependents.OWNER_FIELDS[doctype],) if doctype in dependents.OWNER_FIELDS else ()
	of_source = _OF_SOURCE if doctype in source_doctypes.active() else ()
	return _ANCHORS.get(doctype) or of_source or own
