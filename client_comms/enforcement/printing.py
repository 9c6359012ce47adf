"""Printing a governed record requires clearance to print (D-5): Frappe prints anything that a user can read
or has a link with a key for."""

import frappe

from client_comms.enforcement import guards
from client_comms.rules import access


def require_clearance(doc, method=None, *args) -> None:
	"""`before_print` of a governed DocType.

	:raises ClearanceMissingError: the user cannot print the record
	"""
	if getattr(frappe.local, "request", None):
		guards.require(doc.doctype, doc.name, access.PRINT)
