"""Methods that this app wraps answer to their own names alone (D-5).

Frappe looks for a wrapper by the name in the request, yet Python lets a request reach a method by every module
that imports it: ERPNext's search page, Frappe's test modules. By such a name it would come unwrapped; so it would
by a method that calls another one, which a parameter of the request names.
"""

import re
from collections.abc import Iterator

import frappe
from frappe import _
from frappe.modules.utils import load_doctype_module

_CALL = re.compile(r"^/api/(?P<version>v\d+/)?method/(?P<method>.+?)/?$")
_SHORT = "frappe.handler"  # where a name without a dot is looked for
# Method -> the parameter by which it names another one.
_CARRIERS = {
	"frappe.desk.search.search_link": "query",
	"frappe.desk.search.search_widget": "query",
	"frappe.desk.treeview.get_all_nodes": "tree_method",
	"frappe.handler.upload_file": "method",
	"frappe.handler.uploadfile": "method",
	"frappe.model.mapper.make_mapped_doc": "method",
	"frappe.model.mapper.map_docs": "method",
}
# Those that look for no wrapper of what they carry; for those of the search, `link_search` does.
_PAST_WRAPPERS = ("frappe.handler.upload_file", "frappe.handler.uploadfile")


def refuse() -> None:
	"""`before_request`; asks no database.

	:raises frappe.PermissionError: a wrapped method is called by another name, or by a method that passes its wrapper
	"""
	for asked in _asked():
		own = _own_name(asked)
		_refuse_alias(asked, own)
		carried = own in _CARRIERS and frappe.form_dict.get(_CARRIERS[own])
		if carried:
			_refuse_carried(str(carried), past_wrappers=own in _PAST_WRAPPERS)


def _refuse_carried(asked: str, past_wrappers: bool) -> None:
	own = _own_name(asked)
	_refuse_alias(asked, own)
	# What carries another one again could name that in a parameter of any name.
	if own in _CARRIERS or (past_wrappers and own in _wrapped()):
		_throw(own)


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
	return frappe.get_hooks("override_whitelisted_methods", app_name="client_comms")


def _asked() -> Iterator[str]:
	"""The dotted names that Frappe may be about to resolve: `cmd` goes before the address, wherever it is sent to."""
	if cmd := frappe.form_dict.get("cmd"):
		yield str(cmd)
	call = _CALL.match(frappe.request.path)
	if not call:
		return
	method = call["method"]
	if call["version"] == "v2/" and "/" in method:
		doctype, _slash, method = method.partition("/")
		try:
			yield f"{load_doctype_module(doctype).__name__}.{method}"
		except Exception:
			frappe.clear_messages()  # Frappe tells about it
	else:
		yield method.split("/")[0]


def _own_name(asked: str) -> str | None:
	"""Where the method is defined; None where there is no such method, which Frappe tells about."""
	if asked in _wrapped():
		return asked
	try:
		method = frappe.get_attr(asked if "." in asked else f"{_SHORT}.{asked}")
		return f"{method.__module__}.{method.__qualname__}"
	except Exception:
		frappe.clear_messages()
		return None
