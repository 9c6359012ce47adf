"""The fields that say how confidential a document is, and to which interaction it belongs, stay what they are (D-5, P-2): a site's System Managers
can customise every form, and Frappe stores nothing in a field that has become virtual, nor keeps one of another type.
"""

import frappe
from frappe import _

from client_comms.enforcement import compose
from client_comms.enforcement.foreign_fields import MODULE
from client_comms.i18n import bold

_DECIDING = ("confidentiality_level", "client_interaction")
_STORED_AS = ("fieldtype", "is_virtual", "options", "fetch_from")


def refuse_property(doc, method=None) -> None:
	"""`validate` of Property Setter, which *Customize Form* makes.

	:raises frappe.PermissionError: it changes what is stored in such a field
	"""
	if doc.field_name in _DECIDING and doc.property in _STORED_AS and _is_own(doc.doc_type, doc.field_name):
		_refuse(doc.field_name)


def refuse_change(doc, method=None) -> None:
	"""`validate` of Custom Field.

	:raises frappe.PermissionError: the same for a field that this app has added
	"""
	if not doc.is_new() and _is_kept(doc) and any(map(doc.has_value_changed, (*_STORED_AS, "module"))):
		_refuse(doc.fieldname)


def refuse_deletion(doc, method=None) -> None:
	"""`on_trash` of Custom Field. Frappe goes by its owner, whom a request can change before.

	:raises frappe.PermissionError: this app has added it
	"""
	if _is_kept(doc):
		_refuse(doc.fieldname)


def _is_kept(field) -> bool:
	return (
		field.fieldname in _DECIDING
		and frappe.session.user != "Administrator"  # who migrates and uninstalls
		and frappe.db.get_value(field.doctype, field.name, "module") == MODULE
	)


def _is_own(doctype: str, fieldname: str) -> bool:
	"""Whether this app has the field, or has added it."""
	if frappe.db.exists("Custom Field", {"dt": doctype, "fieldname": fieldname, "module": MODULE}):
		return True
	return bool(frappe.db.exists("DocField", {"parent": doctype, "fieldname": fieldname})) and bool(
		compose.own("permission_query_conditions").get(doctype)
	)


def _refuse(fieldname: str) -> None:
	frappe.throw(
		_("{0} decides who can see a document. Only its label and its place can be changed.").format(
			bold(fieldname)
		),
		exc=frappe.PermissionError,
		title=_("Not Permitted"),
	)
