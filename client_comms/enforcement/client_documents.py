"""What is on record about a client's consent and identity is for people who may know the client (P-1, P-3).

Roles of the app open these DocTypes; whatever keeps the client from somebody keeps this from them too. Who has
no role for the DocType of the client at all, such as a Compliance Officer, is held by User Permissions alone.
"""

import frappe
from frappe import _
from frappe.model.db_query import DatabaseQuery
from frappe.permissions import get_allowed_docs_for_doctype, get_user_permissions, has_user_permission

from client_comms import compat
from client_comms.crm.parties import PARTY_TYPES


def condition(user=None, doctype=None) -> str:
	"""`permission_query_conditions` of a DocType with `party_type` and `party`."""
	user = user or frappe.session.user
	restricted = {
		party_type: sql for party_type in PARTY_TYPES if (sql := _clients(party_type, doctype, user))
	}
	if not restricted:
		return ""
	kind, party = f"`tab{doctype}`.`party_type`", f"`tab{doctype}`.`party`"
	names = ", ".join(map(frappe.db.escape, restricted))
	branches = [f"{kind} not in ({names})"]
	branches += [
		f"({kind} = {frappe.db.escape(party_type)} and {party} in ({sql}))"
		for party_type, sql in restricted.items()
	]
	return f"({' or '.join(branches)})"


def has_permission(doc, ptype=None, user=None, debug=False):
	user = user or frappe.session.user
	if user == "Administrator" or not (doc.party_type in PARTY_TYPES and doc.party):
		return compat.no_objection()
	if not frappe.db.exists(doc.party_type, doc.party):
		return compat.no_objection()
	if frappe.has_permission(doc.party_type, "read", user=user):
		may = frappe.has_permission(doc.party_type, "read", doc=doc.party, user=user)
	else:
		may = has_user_permission(frappe.get_doc(doc.party_type, doc.party), user=user)
	if may:
		return compat.no_objection()
	return compat.objection(_("You may not read the client that this is about."))


def _clients(party_type: str, doctype: str, user: str) -> str:
	"""The clients of a kind that the user may know, as a query for their names; empty when all are open."""
	if user == "Administrator":
		return ""
	if frappe.has_permission(party_type, "read", user=user):
		match = DatabaseQuery(party_type, user=user).build_match_conditions()
		return match and f"select `tab{party_type}`.`name` from `tab{party_type}` where {match}"
	permissions = get_user_permissions(user).get(party_type)
	if not permissions:
		return ""
	allowed = get_allowed_docs_for_doctype(permissions, party_type)
	return ", ".join(map(frappe.db.escape, allowed or [""]))
