"""Global search checks only the DocType; results that the user cannot read are removed here."""

import frappe

from client_comms.enforcement import dependents, governed
from client_comms.enforcement.compose import call_previous


@frappe.whitelist()
def search(**arguments):
	"""Frappe's global search without hidden results; at most one query per DocType found."""
	results = call_previous("frappe.utils.global_search.search", **arguments)
	for governed_type in (*governed.doctypes(), *dependents.OWNER_FIELDS):
		results = _readable(results, governed_type)
	return results


def _readable(results: list, doctype: str) -> list:
	names = [row.name for row in results if row.doctype == doctype]
	if not names:
		return results
	allowed = set(frappe.get_list(doctype, filters={"name": ("in", names)}, pluck="name", limit=len(names)))
	return [row for row in results if row.doctype != doctype or row.name in allowed]
