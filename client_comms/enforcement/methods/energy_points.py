"""Energy points, an app of its own for version 16 (`eps`): praise and criticism of users for a document, with reasons (D-5, P-2).

It asks for no permission, neither for what it shows nor for what it adds. Version 15 has the same in Frappe: `missing_checks_frappe`.
"""

import frappe

from client_comms.enforcement import guards
from client_comms.enforcement.compose import call_previous


@frappe.whitelist()
def get_point_logs(doctype: str, docname: str, **others):
	guards.require(doctype, docname)
	return call_previous("eps.eps.api.get_point_logs", doctype=doctype, docname=docname, **others)


@frappe.whitelist()
def get_reviews(doctype: str, docname: str, **others):
	guards.require(doctype, docname)
	return call_previous(
		"eps.eps.doctype.energy_point_log.energy_point_log.get_reviews",
		doctype=doctype,
		docname=docname,
		**others,
	)


@frappe.whitelist()
def review(doc: str, **others):
	about = frappe.parse_json(doc)
	guards.require(about.get("doctype"), about.get("name"))
	return call_previous(
		"eps.eps.doctype.energy_point_log.energy_point_log.review", doc=frappe.as_json(about), **others
	)
