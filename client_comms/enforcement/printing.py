"""Printing a governed record requires clearance to print (D-5): Frappe prints anything that a user can read
or has a link with a key for."""

import frappe

from client_comms.enforcement import guards
from client_comms.flags import flagged
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


_EMAIL = "client_comms_printed_for"


def for_email(queued):
	"""Inside the block, documents are printed for an email (Email Queue): when it is sent, as Administrator."""
	return flagged(_EMAIL, queued)


def email():
	"""The Email Queue for which a document is being printed, or None."""
	return frappe.flags.get(_EMAIL)


def reader() -> str:
	"""Who gets to see what is printed: the session user, or the writer of the email."""
	return writer(email().owner) if email() else frappe.session.user


def writer(user: str) -> str:
	"""Who is answerable for an email of the user; what the scheduler sends can quote every user."""
	return "Guest" if user == "Administrator" else user
