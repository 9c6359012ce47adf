"""Rows of governed documents that are listed or fetched separately, for which Frappe checks only the DocType
of their parent (D-5)."""

import frappe

from client_comms.enforcement import dependents, governed, interactions

_QUEUE = "Email Queue"


def condition(user=None, doctype=None) -> str:
	"""Rows of a child DocType are as confidential as their parent, if that is governed."""
	user = user or frappe.session.user
	return _with_parents(
		doctype, {parent: sql for parent in governed.doctypes() if (sql := governed.condition(parent, user))}
	)


def recipient_condition(user=None, doctype=None) -> str:
	"""The recipients of an email are as confidential as the email."""
	readable = dependents.condition(user, _QUEUE)
	return _with_parents(doctype, {_QUEUE: readable} if readable else {})


def _with_parents(doctype: str, restricted: dict[str, str]) -> str:
	if not restricted:
		return ""
	parent_type, parent_name = f"`tab{doctype}`.`parenttype`", f"`tab{doctype}`.`parent`"
	branches = [f"{parent_type} not in ({', '.join(map(frappe.db.escape, restricted))})"]
	branches += [
		f"({parent_type} = {frappe.db.escape(parent)} and {parent_name} in"
		f" (select `tab{parent}`.`name` from `tab{parent}` where {sql}))"
		for parent, sql in restricted.items()
	]
	return f"({' or '.join(branches)})"


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
