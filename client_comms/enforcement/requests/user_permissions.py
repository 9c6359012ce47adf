"""User Permissions that a request asks to ignore (P-2), in one of two ways that Frappe means for its own search in link fields, where a
form may say so:

- Version 16 takes the question itself from every request for a list, a report, a count or an export.
- Both versions take from a request for a list the DocType of the form; User Permissions that apply to another one then do not count.
"""

import frappe

from client_comms.enforcement.requests import called
from client_comms.enforcement.requests.joined_fields import is_route_of_documents

_IGNORE = "ignore_user_permissions"
_FORM, _LISTING = "reference_doctype", "frappe.desk.reportview"
_LISTS = ("GET", "HEAD")  # other requests to a route of documents write them, and it is a field of some


def apply() -> None:
	"""`before_request`: leave it to the methods that take it by its name."""
	asked = frappe.form_dict
	if asked.get(_FORM) and any(map(_lists, called.names())):
		del asked[_FORM]
	if not asked.get(_IGNORE) or (is_route_of_documents() and frappe.request.method not in _LISTS):
		return
	if not called.taken([(_IGNORE, asked[_IGNORE])]):
		del asked[_IGNORE]


def _lists(name: str) -> bool:
	"""Whether a method gives everything in a request to a list; by whatever name it is called."""
	method = called.resolved(name)
	return bool(method) and method.__module__ == _LISTING
