"""A run for the request of a client is as confidential as the request, and an item of a run also as its record (P-2)."""

import frappe

from client_comms import compat
from client_comms.enforcement import client_documents, dependents
from client_comms.enforcement.row_conditions import of_row

REQUEST, RUN, ITEM = "Data Subject Request", "Erasure Run", "Erasure Item"


def run_condition(user=None, doctype=None) -> str:
	"""A run for a request is as confidential as the request."""
	restricted = client_documents.condition(user, REQUEST)
	of_request = of_row(REQUEST, f"`tab{RUN}`.`request`", restricted) if restricted else ""
	return of_request and f"(`tab{RUN}`.`request` is null or {of_request})"


def has_run_permission(doc, ptype=None, user=None, debug=False):
	request = doc.request and frappe.db.exists(REQUEST, doc.request) and frappe.get_doc(REQUEST, doc.request)
	return client_documents.has_permission(request, ptype, user, debug) if request else compat.no_objection()


def item_condition(user=None, doctype=None) -> str:
	"""An item of a run is as confidential as its record, and as the run."""
	run = f"`tab{ITEM}`.`run`"
	restricted = run_condition(user)
	of_run = restricted and f"({run} is null or {of_row(RUN, run, restricted)})"
	return " and ".join(filter(None, (dependents.condition(user, ITEM), of_run)))


def has_item_permission(doc, ptype=None, user=None, debug=False):
	if doc.run and frappe.db.exists(RUN, doc.run):
		allowed = has_run_permission(frappe.get_doc(RUN, doc.run), ptype, user, debug)
		if allowed is False:
			return allowed
	return dependents.has_permission(doc, ptype, user, debug)
