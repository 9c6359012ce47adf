"""Printing a governed record requires clearance to print (D-5): Frappe prints anything that a user can read
or has a link with a key for."""

import frappe

from client_comms.enforcement import guards
from client_comms.rules import access


def require_clearance(doc, method=None, *args) -> None:
	"""`before_print` of a governed DocType, in a request or in a job that a user started, such as a PDF of several
	documents. Frappe marks prints that are attached to an email, for which no user asks; the gate checks those.

	:raises ClearanceMissingError: the user cannot print the record
	"""
	if getattr(frappe.local, "request", None) or not frappe.flags.ignore_print_permissions:
		guards.require(doc.doctype, doc.name, access.PRINT)
