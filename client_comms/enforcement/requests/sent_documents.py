"""Documents that are sent to Frappe's routes for them (P-2). Frappe takes such a document from a parameter `data`, and from a body of
any type: of one that is not said to be JSON, the checks of a request would see nothing."""

import re

import frappe

from client_comms.enforcement.linked_columns import parsed

# To make a document, and to change one. Version 2 of the API takes the parameters themselves.
_ROUTES = {
	"POST": re.compile(r"^/api/(?:v1/)?resource/[^/]+/?$"),
	"PUT": re.compile(r"^/api/(?:v1/)?resource/[^/]+/.+$"),
}
_METHOD = "cmd"  # which Frappe would call instead


def show() -> None:
	"""`before_request`, before the checks: the values of the document are among the parameters, as those of a body of JSON are."""
	if not is_sent():
		return
	form, request = frappe.form_dict, frappe.request
	if form.get("data") is None and request.is_json:
		return  # its values are there already
	sent = parsed(frappe.safe_decode(request.get_data()) if form.get("data") is None else form["data"])
	if isinstance(sent, dict):
		form.update({key: value for key, value in sent.items() if key != _METHOD})


def is_sent() -> bool:
	"""Whether the request makes or changes a document by a route of version 1."""
	route = _ROUTES.get(frappe.request.method)
	return bool(route and route.match(frappe.request.path)) and not frappe.form_dict.get(_METHOD)
