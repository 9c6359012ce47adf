"""A Workflow writes its first state with SQL into each document that has none (R-3)."""

import frappe
from frappe import _
from frappe.model import default_fields, optional_fields

from client_comms.enforcement import guards
from client_comms.i18n import bold


def require_field_of_its_own(doc, method=None) -> None:
	"""`validate` of Workflow.

	:raises frappe.ValidationError: it would write into a field of this app, such as the responsible user of an interaction
	"""
	doctype, field = doc.document_type, (doc.workflow_state_field or "").strip()
	if not guards.is_held(doctype) and not guards.is_own(doctype):
		return
	if _is_taken(doctype, field):
		frappe.throw(
			_("{0} of {1} is not for the state of a workflow. Enter the name of a new field.").format(
				bold(field), bold(_(doctype))
			),
			title=_("Field in Use"),
		)


def _is_taken(doctype: str, field: str) -> bool:
	if field in default_fields or field in optional_fields:
		return True
	if custom := frappe.db.get_value(
		"Custom Field", {"dt": doctype, "fieldname": field}, ["module"], as_dict=True
	):
		return frappe.local.module_app.get(frappe.scrub(custom.module or "")) == "client_comms"
	return guards.is_own(doctype) and frappe.get_meta(doctype).has_field(field)
