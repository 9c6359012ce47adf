"""Web forms (P-2): Frappe lets owners read and delete what they entered there, even if they may no longer read it."""

import frappe
from frappe import _

from client_comms.enforcement import guards
from client_comms.enforcement.compose import call_previous
from client_comms.enforcement.requests import portal
from client_comms.exceptions import ClearanceMissingError


class GuardedWebForm:
	"""Frappe's Web Form. Each of them answers for any DocType named in a request."""

	def has_web_form_permission(self, doctype, name, ptype="read"):
		return bool(super().has_web_form_permission(doctype, name, ptype) and _is_open(doctype, name, ptype))


@frappe.whitelist()
def delete(web_form_name: str, docname: str | int, **others):
	_require(web_form_name, [docname])
	return call_previous(
		"frappe.website.doctype.web_form.web_form.delete",
		web_form_name=web_form_name,
		docname=docname,
		**others,
	)


@frappe.whitelist()
def delete_multiple(web_form_name: str, docnames: str, **others):
	_require(web_form_name, frappe.parse_json(docnames))
	return call_previous(
		"frappe.website.doctype.web_form.web_form.delete_multiple",
		web_form_name=web_form_name,
		docnames=docnames,
		**others,
	)


def _require(web_form: str, names: list) -> None:
	doctype = frappe.db.get_value("Web Form", web_form, "doc_type")
	if doctype and not all(_is_open(doctype, name, "delete") for name in names):
		frappe.throw(
			_("You have no clearance for this document."),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


def _is_open(doctype: str, name: str, ptype: str) -> bool:
	return portal.is_open(doctype, name) or not guards.objects(doctype, name, ptype)
