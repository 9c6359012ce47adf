"""Methods that this app wraps can be called only by their own names (D-5).

Frappe finds a wrapper by the name in the request, but Python lets a request reach a method through every module
that imports it, such as ERPNext's search page or Frappe's test modules. Called by such a name, it would not be
wrapped. The same is true for a method that calls another one named in a parameter of the request.

Nor do such methods call one that changes something: Frappe would do it in a GET request as well and take it back afterwards, so that what
it answers is tried without counting, such as a client's one-time code, and what it sends leaves no trace (P-1, P-3).
"""

from collections.abc import Iterator

import frappe
from frappe import _

from client_comms.enforcement import compose
from client_comms.enforcement.requests import called

# Method -> the parameter with the name of another method.
_CARRIERS = {
	"frappe.client.validate_link_and_fetch": "query",
	"frappe.desk.search.search_link": "query",
	"frappe.desk.search.search_widget": "query",
	"frappe.desk.treeview.get_all_nodes": "tree_method",
	"frappe.handler.upload_file": "method",
	"frappe.handler.uploadfile": "method",
	"frappe.model.mapper.make_mapped_doc": "method",
	"frappe.model.mapper.map_docs": "method",
}
_READING = ("GET", "HEAD")  # what such a request writes is rolled back
# Methods that do not look up a wrapper for the method they call; for search methods, `search` does it.
_PAST_WRAPPERS = ("frappe.handler.upload_file", "frappe.handler.uploadfile")


def refuse() -> None:
	"""`before_request`; does not query the database.

	:raises frappe.PermissionError: a wrapped method is called by another name, or by a method that bypasses its wrapper
	"""
	for name in called.names():
		own = _own_name(name)
		_refuse_alias(name, own)
		if carried := _carried_by(own):
			_refuse_carried(carried, past_wrappers=own in _PAST_WRAPPERS)


def asked() -> Iterator[str]:
	"""The methods that a request names, those in a parameter of another one included."""
	for name in called.names():
		yield name
		if carried := _carried_by(_own_name(name)):
			yield carried


def _carried_by(own: str | None) -> str | None:
	carried = own in _CARRIERS and frappe.form_dict.get(_CARRIERS[own])
	return str(carried) if carried else None


def _refuse_carried(asked: str, past_wrappers: bool) -> None:
	own = _own_name(asked)
	_refuse_alias(asked, own)
	# A nested method could be named in a parameter of any name.
	if own in _CARRIERS or (past_wrappers and own in _wrapped()) or _is_not_for_reading(asked, own):
		_throw(own)


def _is_not_for_reading(asked: str, own: str | None) -> bool:
	"""Whether it changes something, and would be undone in this request, or is of this app and could be."""
	wrappers = _wrapped().get(own)
	of_ours = wrappers or compose.is_ours(own or "")
	method = called.resolved(wrappers[-1] if wrappers else asked)
	allowed = frappe.allowed_http_methods_for_whitelisted_func.get(method, _READING)
	return "GET" not in allowed and bool(of_ours or frappe.request.method in _READING)


def _refuse_alias(asked: str, own: str | None) -> None:
	if own and own != asked and own in _wrapped():
		_throw(own)


def _throw(own: str) -> None:
	frappe.throw(
		_("Call this method by its full name: {0}.").format(own),
		exc=frappe.PermissionError,
		title=_("Not Permitted"),
	)


def _wrapped() -> dict:
	return compose.own("override_whitelisted_methods")


def _own_name(asked: str) -> str | None:
	"""The name under which the method is defined; None if it does not exist, which Frappe reports."""
	if asked in _wrapped():
		return asked
	method = called.resolved(asked)
	return method and f"{method.__module__}.{method.__qualname__}"
