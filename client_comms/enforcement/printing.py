"""Printing a governed record asks for clearance to print (D-5): Frappe prints what somebody may read, or has a link with a key to."""

import frappe

from client_comms.enforcement import guards
from client_comms.rules import access


def require_clearance(doc, method=None, *args) -> None:
	"""`before_print` of a governed DocType.

	:raises ClearanceMissingError: a request by somebody who may not print the record
	"""
	if getattr(frappe.local, "request", None):
		guards.require(doc.doctype, doc.name, access.PRINT)
