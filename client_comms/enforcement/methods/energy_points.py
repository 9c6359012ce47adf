"""Energy points, part of Frappe 15 and an app of their own (`eps`) for version 16: praise and criticism of users for a document, with
reasons (D-5, P-2). They ask for no permission, neither for what they show nor for what they add.
"""

import frappe

from client_comms import compat
from client_comms.enforcement import guards
from client_comms.enforcement.compose import call_previous

# In version 15, in version 16
_GET_REVIEWS = (
	"frappe.social.doctype.energy_point_log.energy_point_log.get_reviews",
	"eps.eps.doctype.energy_point_log.energy_point_log.get_reviews",
)
_REVIEW = (
	"frappe.social.doctype.energy_point_log.energy_point_log.review",
	"eps.eps.doctype.energy_point_log.energy_point_log.review",
)


@frappe.whitelist()
def get_point_logs(doctype: str, docname: str, **others):
	"""In version 16."""
	guards.require(doctype, docname)
	return call_previous("eps.eps.api.get_point_logs", doctype=doctype, docname=docname, **others)


@frappe.whitelist()
def get_reviews(doctype: str, docname: str, **others):
	guards.require(doctype, docname)
	return call_previous(_GET_REVIEWS[compat.is_version_16()], doctype=doctype, docname=docname, **others)


@frappe.whitelist()
def review(doc: str, **others):
	about = frappe.parse_json(doc)
	guards.require(about.get("doctype"), about.get("name"))
	return call_previous(_REVIEW[compat.is_version_16()], doc=frappe.as_json(about), **others)
