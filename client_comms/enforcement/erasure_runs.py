"""A run for the request of a client is as confidential as the request, and an item of a run also as its record (P-2)."""

from collections.abc import Iterator

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
	for request in _named(doc, REQUEST, "request"):
		allowed = client_documents.has_permission(request, ptype, user, debug)
		if allowed is False:
			return allowed
	return compat.no_objection()


def _named(doc, doctype: str, field: str) -> Iterator:
	"""The documents that a field names: in the database, and after a change."""
	stored = doc.name and frappe.db.get_value(doc.doctype, doc.name, field)
	for name in sorted({stored, doc.get(field)} - {None, ""}):
		if frappe.db.exists(doctype, name):
			yield frappe.get_doc(doctype, name)


def item_condition(user=None, doctype=None) -> str:
	"""An item of a run is as confidential as its record, and as the run."""
	run = f"`tab{ITEM}`.`run`"
	restricted = run_condition(user)
	of_run = restricted and f"({run} is null or {of_row(RUN, run, restricted)})"
	return " and ".join(filter(None, (dependents.condition(user, ITEM), of_run)))


def has_item_permission(doc, ptype=None, user=None, debug=False):
	for run in _named(doc, RUN, "run"):
		allowed = has_run_permission(run, ptype, user, debug)
		if allowed is False:
			return allowed
	return dependents.has_permission(doc, ptype, user, debug)
