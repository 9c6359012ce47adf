"""The methods that a request calls, in every spelling that Frappe has for a call, and what it gives them."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain

import frappe
from frappe.modules.utils import load_doctype_module

from client_comms.enforcement import compose
from client_comms.enforcement.linked_columns import parsed

_METHOD = re.compile(r"^/api/(?P<version>v\d+/)?method/(?P<method>.+?)/?$")
_OF_DOCUMENT = re.compile(
	r"^/api/(?:(?:v1/)?resource/[^/]+/.+|v2/document/[^/]+/.+/method/(?P<method>[^/]+?)/?)$"
)
_SHORT = "frappe.handler"  # where names without a dot are looked up
_RUNS_DOCUMENT = ("run_doc_method", "runserverobj")
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
	"""The method of a name; None if there is none, which Frappe reports. Whitelisted methods are functions."""
	try:
		method = frappe.get_attr(name if "." in name else f"{_SHORT}.{name}")
	except Exception:
		frappe.clear_messages()
		return None
	return method if inspect.isfunction(method) else None


def sent() -> list[tuple[str, object]]:
	"""What a request gives its methods, by name, parsed where Frappe parses it; a name can come more than once.

	Which of several containers Frappe takes for a method of a document depends on the version, so all of them count.
	"""
	inner = map(frappe.form_dict.get, _ARGUMENTS) if _runs_document() else ()
	return [*frappe.form_dict.items(), *chain.from_iterable(map(_contained, inner))]


def taken(arguments: list[tuple[str, object]]) -> list:
	"""The values that a method takes by their names. The body of a request for a document is that document, and that of a
	webhook is read as a whole. Methods of documents take all: several documents can be sent, and Frappe chooses."""
	if arguments and not (_runs_document() or _is_of_document()):
		parameters = [_parameters(resolved(compose.previous_path(name))) for name in names()]
		arguments = [
			(key, value) for key, value in arguments if any(_takes(each, key) for each in parameters)
		]
	return [value for _key, value in arguments]


def _runs_document() -> bool:
	return any(name.rpartition(".")[2] in _RUNS_DOCUMENT for name in names())


def _is_of_document() -> bool:
	route = _OF_DOCUMENT.match(frappe.request.path)
	return bool(route and (route["method"] or frappe.form_dict.get("run_method")))


def _contained(container) -> Iterator[tuple[str, object]]:
	"""Frappe gives a method what is not an object as its first argument."""
	value = parsed(container)
	yield from value.items() if isinstance(value, dict) else [("", value)]


def _parameters(method: Callable | None) -> Mapping[str, inspect.Parameter]:
	try:
		return inspect.signature(method).parameters
	except (TypeError, ValueError):  # there is no method, or none that tells
		return {}


def _takes(parameters: Mapping[str, inspect.Parameter], key: str) -> bool:
	return key in parameters or any(each.kind == each.VAR_KEYWORD for each in parameters.values())
