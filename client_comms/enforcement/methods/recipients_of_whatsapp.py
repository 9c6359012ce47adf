"""Lists of recipients of frappe_whatsapp: it copies fields of any document into them, without asking who reads it (P-2)."""

import frappe
from frappe.utils import cint

from client_comms.enforcement import guards
from client_comms.enforcement.compose import call_previous


@frappe.whitelist()
def import_recipients(
	list_name: str,
	doctype: str,
	mobile_field: str,
	filters: str | list | dict | None = None,
	limit: str | int | None = None,
	**others,
):
	"""Of a DocType that this app guards, the documents that the user can read."""
	doctype = guards.named(doctype)
	if guards.is_held(doctype):
		names = guards.readable_names(doctype, frappe.parse_json(filters) or None, max(cint(limit), 0))
		filters = {"name": ("in", names)}
	return call_previous(
		"frappe_whatsapp.utils.bulk_messaging.import_recipients",
		list_name=list_name,
		doctype=doctype,
		mobile_field=mobile_field,
		filters=filters,
		limit=limit,
		**others,
	)
