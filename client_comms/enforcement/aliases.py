"""Methods that this app wraps answer to their own names alone (D-5).

Frappe looks for a wrapper by the name in the request, yet Python lets a request reach a method by every module
that imports it: ERPNext's search page, Frappe's test modules. By such a name it would come unwrapped.
"""

import re

import frappe
from frappe import _
from frappe.modules.utils import load_doctype_module

_CALL = re.compile(r"^/api/(?P<version>v\d+/)?method/(?P<method>.+?)/?$")


def refuse() -> None:
	"""`before_request`; asks no database.

	:raises frappe.PermissionError: a wrapped method is called by another name
	"""
	asked = _asked()
	own = asked and _own_name(asked)
	if (
		own
		and own != asked
		and own in frappe.get_hooks("override_whitelisted_methods", app_name="client_comms")
	):
		frappe.throw(
			_("Call this method by its own name: {0}.").format(own),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def _asked() -> str | None:
	"""The dotted name that Frappe is about to resolve, as the two versions of its API read it."""
	call = _CALL.match(frappe.request.path)
	if not call:
		return frappe.form_dict.get("cmd")
	method = call["method"]
	if call["version"] == "v2/" and "/" in method:
		doctype, _slash, method = method.partition("/")
		try:
			return f"{load_doctype_module(doctype).__name__}.{method}"
		except Exception:
			frappe.clear_messages()
			return None  # Frappe tells about it
	return method.split("/")[0]


def _own_name(asked: str) -> str | None:
	"""Where the method is defined; None where there is no such method, which Frappe tells about."""
	if "." not in asked or asked in frappe.get_hooks("override_whitelisted_methods", app_name="client_comms"):
		return asked
	try:
		method = frappe.get_attr(asked)
		return f"{method.__module__}.{method.__qualname__}"
	except Exception:
		frappe.clear_messages()
		return None
