"""Printing a governed record requires clearance to print (D-5): Frappe prints anything that a user can read
or has a link with a key for."""

from collections.abc import Callable

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


_EMAIL, _SHOWS = "client_comms_printed_for", "client_comms_print_shows"


def for_email(queued):
	"""Inside the block, documents are printed for an email (Email Queue): when it is sent, as Administrator."""
	return flagged(_EMAIL, queued)


def email():
	"""The Email Queue for which a document is being printed, or None."""
	return frappe.flags.get(_EMAIL)


def showing(shows: Callable[[object], bool]):
	"""Inside the block, a document is printed for an email that is queued, or will be.

	:param shows: whether the print shows a file
	"""
	return flagged(_SHOWS, shows)


def shows() -> Callable[[object], bool] | None:
	"""What decides which files a print for an email shows; None for any other print."""
	return frappe.flags.get(_SHOWS)


def cookie_of_user(previous) -> dict:
	"""Around what logs the program in that makes a PDF, so that it loads what its user can see: not for an email."""
	return {} if shows() else previous()


def log_in_page(previous, page) -> None:
	"""The same for Chromium."""
	if not shows():
		previous(page)


def reader() -> str:
	"""Who gets to see what is printed: the session user, or the writer of the email."""
	return writer(email().owner) if email() else frappe.session.user


def writer(user: str) -> str:
	"""Who is answerable for an email of the user; what the scheduler sends can quote every user."""
	return "Guest" if user == "Administrator" else user
