"""The methods that a request calls, in every spelling that Frappe has for a call, and what it gives them."""

import inspect
import re
from collections.abc import Callable, Iterator

import frappe
from frappe.model.base_document import get_controller
from frappe.modules.utils import load_doctype_module

from client_comms.enforcement import compose
from client_comms.enforcement.linked_columns import parsed

_METHOD = re.compile(r"^/api/(?P<version>v\d+/)?method/(?P<method>.+?)/?$")
_OF_DOCUMENT = re.compile(
	r"^/api/(?:(?:v1/)?resource/(?P<resource>[^/]+)/.+|v2/document/(?P<doctype>[^/]+)/.+/method/(?P<method>[^/]+?)/?)$"
)
_SHORT = "frappe.handler"  # where names without a dot are looked up
_RUNS_DOCUMENT = ("run_doc_method", "runserverobj")
_DOCUMENT = ("docs", "document")
_ARGUMENTS = ("args", "arg", "kwargs")


def names() -> Iterator[str]:
	"""The dotted names that Frappe may resolve: `cmd` takes precedence over the address."""
	if cmd := frappe.form_dict.get("cmd"):
		yield str(cmd)
	call = _METHOD.match(frappe.request.path)
	if not call:
		return
	method = call["method"]
	if call["version"] == "v2/" and "/" in method:
		doctype, _slash, method = method.partition("/")
		try:
			yield f"{load_doctype_module(doctype).__name__}.{method}"
		except Exception:
			frappe.clear_messages()  # Frappe reports it
	else:
		yield method.split("/")[0]


def resolved(name: str) -> Callable | None:
	"""The method of a name; None if there is none, which Frappe reports."""
	try:
		method = frappe.get_attr(name if "." in name else f"{_SHORT}.{name}")
	except Exception:
		frappe.clear_messages()
		return None
	return method if inspect.isroutine(method) or hasattr(method, "__wrapped__") else None


def arguments() -> Iterator[tuple[str, object]]:
	"""What the methods are given by names that they take, parsed where Frappe parses it. The body of a request for a document
	is that document, and that of a webhook is read as a whole."""
	for name in names():
		if name.rpartition(".")[2] in _RUNS_DOCUMENT:
			yield from _taken(_method_of_document(), _sent(_ARGUMENTS))
		else:
			yield from _taken(resolved(compose.previous_path(name)), frappe.form_dict)
	if route := _OF_DOCUMENT.match(frappe.request.path):
		method = route["method"] or frappe.form_dict.get("run_method")
		yield from _taken(_method_of(route["resource"] or route["doctype"], method), frappe.form_dict)


def _taken(method: Callable | None, given) -> Iterator[tuple[str, object]]:
	if method is None or not isinstance(given, dict):
		return
	try:
		parameters = inspect.signature(method).parameters
	except ValueError:  # of Python itself, and so not whitelisted
		return
	takes_any = any(each.kind == each.VAR_KEYWORD for each in parameters.values())
	yield from ((key, value) for key, value in given.items() if takes_any or key in parameters)


def _method_of_document() -> Callable | None:
	sent = _sent(_DOCUMENT)
	doctype = sent.get("doctype") if isinstance(sent, dict) else frappe.form_dict.get("dt")
	return _method_of(doctype, frappe.form_dict.get("method"))


def _method_of(doctype, method) -> Callable | None:
	if not (doctype and method):
		return None
	try:
		return getattr(get_controller(doctype), method)
	except Exception:
		frappe.clear_messages()  # Frappe reports it
		return None


def _sent(keys: tuple[str, ...]):
	return next((parsed(value) for key in keys if (value := frappe.form_dict.get(key))), None)
