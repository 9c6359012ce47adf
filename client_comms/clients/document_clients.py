"""Finds the client of a document of any app by its own fields, such as that of a Quotation or a Sales Invoice (C-2, P-1, P-3).

The first field that names a client counts, in the order of the form: of a Purchase Order the supplier, and not the customer to
whom it is delivered.
"""

import frappe
from frappe.model.meta import Meta

from client_comms.clients.parties import PARTY_TYPES, Client


def names_clients(doctype: str) -> bool:
	"""Whether documents of a DocType can say who their client is."""
	return doctype in (*PARTY_TYPES, "Contact") or bool(_party_fields(frappe.get_meta(doctype)))


def candidates() -> set[str]:
	"""The DocTypes of any app with a field that can name a client; tables and single documents are among them. Four queries."""
	found = {*PARTY_TYPES, "Contact"}
	for rows, owner in (("DocField", "parent"), ("Custom Field", "dt")):
		to_parties = {"fieldtype": "Link", "options": ("in", PARTY_TYPES)}
		to_any = {"fieldtype": "Dynamic Link", "fieldname": ("like", "party%")}
		for filters in (to_parties, to_any):
			found.update(frappe.get_all(rows, filters, pluck=owner, distinct=True, order_by=None))
	return found


def of(doctype: str, name: str) -> Client:
	"""The client that a document in the database names, and its contact; empty if it names none, or is gone. One query."""
	meta = frappe.get_meta(doctype)
	pairs = _party_fields(meta)
	contact_field = next((df.fieldname for df in meta.get_link_fields() if df.options == "Contact"), None)
	fields = {field for pair in pairs for field in pair if field not in PARTY_TYPES} | {contact_field} - {
		None
	}
	stored = pairs and frappe.db.get_value(doctype, name, sorted(fields), as_dict=True)
	for kind, field in pairs if stored else ():
		party_type = stored.get(kind, kind)
		if party_type in PARTY_TYPES and stored[field]:
			return Client(party_type, stored[field], stored.get(contact_field))
	return Client()


def _party_fields(meta: Meta) -> list[tuple[str, str]]:
	"""The fields that can name a client: (the kind of client or the field with it, the field with its name)."""
	found = []
	for df in meta.fields:
		if df.get("is_virtual"):
			continue
		if df.fieldtype == "Link" and df.options in PARTY_TYPES:
			found.append((df.options, df.fieldname))
		# Another Dynamic Link names documents of any kind.
		elif (
			df.fieldtype == "Dynamic Link" and df.fieldname.startswith("party") and meta.has_field(df.options)
		):
			found.append((df.options, df.fieldname))
	return found
