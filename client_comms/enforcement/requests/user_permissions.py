"""User Permissions that a request asks to ignore (P-2): version 16 takes the question for its own search in link fields, where a form
may say so, from every request for a list, a report, a count or an export."""

import frappe

from client_comms.enforcement.requests import called
from client_comms.enforcement.requests.joined_fields import is_route_of_documents

_IGNORE = "ignore_user_permissions"
_LISTS = ("GET", "HEAD")  # other requests to a route of documents write them, and it is a field of some


def apply() -> None:
	"""`before_request`: leave it to the methods that take it by its name."""
	asked = frappe.form_dict
	if not asked.get(_IGNORE) or (is_route_of_documents() and frappe.request.method not in _LISTS):
		return
	if not called.taken([(_IGNORE, asked[_IGNORE])]):
		del asked[_IGNORE]
