"""Printing a governed record requires clearance to print (D-5): Frappe prints anything that a user can read
or has a link with a key for."""

import frappe

from client_comms.enforcement import guards
from client_comms.rules import access


def require_clearance(doc, method=None, *args) -> None:
	"""`before_print` of governed DocTypes, and of those whose documents belong to them.

	:raises ClearanceMissingError: the user cannot print the record
	"""
	if is_asked():
		guards.require(doc.doctype, doc.name, access.PRINT)


def is_asked() -> bool:
	"""Whether a user prints: in a request, or in a job that they started, such as a PDF of several documents. Frappe marks
	prints that are attached to an email, for which no user asks; the gate checks those."""
	return bool(getattr(frappe.local, "request", None)) or not frappe.flags.ignore_print_permissions
