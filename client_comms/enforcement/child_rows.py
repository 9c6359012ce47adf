"""Rows of governed documents that are listed or fetched separately, for which Frappe checks only the DocType
of their parent (D-5)."""

import frappe

from client_comms.enforcement import dependents, governed, interactions
from client_comms.enforcement.readers import of_row

_QUEUE = "Email Queue"


def condition(user=None, doctype=None) -> str:
	"""Rows of a child DocType are as confidential as their parent, if that is governed."""
	return governed.owner_condition(f"`tab{doctype}`.`parenttype`", f"`tab{doctype}`.`parent`", user)


def recipient_condition(user=None, doctype=None) -> str:
	"""The recipients of an email are as confidential as the email."""
	readable = dependents.condition(user, _QUEUE)
	if not readable:
		return ""
	parent_type, parent_name = f"`tab{doctype}`.`parenttype`", f"`tab{doctype}`.`parent`"
	return f"({parent_type} != '{_QUEUE}' or {of_row(_QUEUE, parent_name, readable)})"


class GuardedRow:
	"""Mixed in before the class of Frappe or ERPNext: a row is checked against its parent in the database."""

	def has_permission(self, permtype="read", *args, user=None, **kwargs) -> bool:
		named = self.name and not self.flags.ignore_permissions
		parent = named and frappe.db.get_value(self.doctype, self.name, ["parenttype", "parent"])
		if parent and not _is_open(*parent, permtype, user or frappe.session.user):
			return False
		return super().has_permission(permtype, *args, user=user, **kwargs)


def _is_open(doctype: str, name: str, permtype: str, user: str) -> bool:
	if doctype in dependents.OWNER_FIELDS:
		return dependents.has_permission(frappe.get_doc(doctype, name), permtype, user) is not False
	decision = governed.decide(doctype, name, interactions.action_of(permtype), user)
	return decision is None or decision.allowed
