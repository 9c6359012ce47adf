"""Answers about one document (D-5, P-2): one that is found by conditions, and the permission for a row of a document."""

import frappe
from frappe import _

from client_comms import roles
from client_comms.enforcement import child_rows, guards, realtime
from client_comms.enforcement.compose import call_previous


@frappe.whitelist()
def get(
	doctype: str,
	name: str | int | None = None,
	filters: str | dict | list | None = None,
	parent: str | None = None,
	**others,
):
	"""A document by its name, or the first that fulfils conditions: among those that the user can read, because a refusal
	would tell that a hidden one does. To users without the desk, any document that is not their own is hidden."""
	if not name and filters and (guards.is_held(guards.named(doctype)) or not roles.has_desk()):
		found = frappe.get_list(
			doctype,
			filters=frappe.parse_json(filters),
			pluck="name",
			order_by=f"`tab{guards.named(doctype)}`.`modified` desc",
			limit=1,
			parent_doctype=parent,
		)
		if not found:
			frappe.throw(
				_("No {0} fulfils these conditions.").format(_(doctype)), exc=frappe.DoesNotExistError
			)
		name, filters = found[0], None
	return call_previous(
		"frappe.client.get", doctype=doctype, name=name, filters=filters, parent=parent, **others
	)


@frappe.whitelist()
def has_permission(doctype: str, docname: str, perm_type: str = "read", **others):
	"""Whether the user has a permission for a document; Frappe decides about rows by their DocType alone."""
	if is_row_of_hidden(doctype, docname, perm_type.lower()):
		return {"has_permission": False}
	return call_previous(
		"frappe.client.has_permission", doctype=doctype, docname=docname, perm_type=perm_type, **others
	)


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def can_subscribe_doc(doctype: str, docname: str, **others):
	"""Whether a browser can listen to what is sent about a document, in version 15."""
	_require_open(doctype, docname)
	return call_previous("frappe.realtime.can_subscribe_doc", doctype=doctype, docname=docname, **others)


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def can_listen(doctype: str, name: str, **others):
	"""The same in version 16, where an empty name stands for the list of a DocType."""
	if name:
		_require_open(doctype, name)
	else:
		_require_list(doctype)
	return call_previous("frappe.realtime.has_permission", doctype=doctype, name=name, **others)


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def can_subscribe_doctype(doctype: str, **others):
	"""Whether a browser is told which documents of a DocType change, in version 15."""
	_require_list(doctype)
	return call_previous("frappe.realtime.can_subscribe_doctype", doctype=doctype, **others)


def _require_list(doctype: str) -> None:
	if not realtime.can_listen_to_list(doctype, frappe.session.user):
		raise frappe.PermissionError


def _require_open(doctype: str, name: str) -> None:
	if is_row_of_hidden(doctype, name, "read"):
		raise frappe.PermissionError


def is_row_of_hidden(doctype: str, name: str, ptype: str) -> bool:
	"""Whether a row belongs to a document for which this app denies the session user the permission."""
	doctype = guards.named(doctype)
	if not (guards.is_held(doctype) and frappe.get_meta(doctype).istable):
		return False
	owner = frappe.db.get_value(doctype, name, ["parenttype", "parent"])
	return bool(owner and all(owner) and not child_rows.is_open(*owner, ptype, frappe.session.user))
