"""Documents that a request finds by conditions (`{"summary": ["like", "%fraud%"]}`, `[["summary", "like", "%fraud%"]]`) where a
name belongs (P-2).

Frappe takes the first match among all documents and asks for permission afterwards, so that "not permitted" and "not found"
tell whether a hidden text contains the words.
"""

import inspect
import re

import frappe
from frappe.database.operator_map import OPERATOR_MAP

from client_comms.enforcement import compose, guards, linked_columns
from client_comms.enforcement.linked_columns import parsed

_NOT_NAMES = ("fieldname",)  # can hold several fields with their values
_SHORT = ("dn", "parent")
_DELETED, _DELETES = "items", "delete_items"  # elsewhere, items are rows of a document
_IN_DOCUMENT = ("name", "docname", "parent")
_CONDITIONS = ("filters", "or_filters")
# Parameters that hold values or documents, not names, as objects.
_VALUES = (
	"args",
	"data",
	"doc",
	"docs",
	"document",
	"fieldname",
	"fields",
	"kwargs",
	"row",
	"rows",
	"value",
	"values",
)
_CALL = re.compile(r"^/api/(?:v\d+/)?method/(?P<method>[^/]+)/?$")
_LONGEST_NAME = 140
_COMPARED = 3  # [field, operator, value]


def refuse() -> None:
	"""`before_request`; queries the database only for a request that has conditions where a name belongs.

	:raises frappe.PermissionError: there may be documents that the user cannot read
	"""
	if any(map(_has_condition, frappe.form_dict.items())) and guards.is_restricted():
		guards.refuse_conditions()


def _has_condition(parameter: tuple) -> bool:
	key, sent = parameter
	value = parsed(sent)
	if _is_name(str(key)) and _is_condition(value):
		return True
	if key in _CONDITIONS:
		return False
	# A name that is called otherwise (`party`) is not parsed, so only an object in the request can stand for it.
	return _names_by_condition(value) or (value is sent and _asks_about_guarded(str(key), value))


def _is_name(key: str) -> bool:
	"""Whether a parameter names documents: `docname`, `docnames`, `source_name`, or by the DocType, as `call_log`."""
	if key in _NOT_NAMES:
		return False
	if key == _DELETED:
		return _DELETES in f"{frappe.form_dict.get('cmd')} {frappe.request.path}"
	return key in _SHORT or key.endswith(("name", "names")) or guards.is_held(frappe.unscrub(key))


def _is_condition(value) -> bool:
	"""Whether a value is a condition in place of a name, or is among several names."""
	if isinstance(value, list):
		return any(isinstance(each, dict | list) for each in value) or _is_comparison(value)
	return isinstance(value, dict)


def _is_comparison(value: list) -> bool:
	"""Version 16 takes `["summary", "like", …]` for a condition, and other lists of texts for names."""
	return len(value) == _COMPARED and str(value[1]).lower() in OPERATOR_MAP


def _stands_alone(value) -> bool:
	"""The same where a list can be the condition of a filter: `{"name": ["in", …]}`."""
	if isinstance(value, list):
		return _is_condition(value) and (not isinstance(value[0], str) or _is_comparison(value))
	return isinstance(value, dict)


def _asks_about_guarded(key: str, value) -> bool:
	"""Whether an argument of a method has conditions on a DocType that another parameter names."""
	if key in _VALUES or key.endswith("filters") or not _is_condition(value) or not _is_argument(key):
		return False
	parts = (each.split(".") for each in linked_columns.of_filters(value))
	columns = {part.strip("`").casefold() for each in parts for part in each}
	return guards.is_restricted() and any(
		columns & _columns(doctype) for doctype in filter(guards.is_held, map(guards.named, _short_texts()))
	)


def _is_argument(key: str) -> bool:
	"""Whether the method that is called takes it. The body of a REST request is a document, and that of a webhook is read as a whole."""
	path = _CALL.match(frappe.request.path)
	called = frappe.form_dict.get("cmd") or (path and path["method"])
	if not called:
		return False
	try:
		parameters = inspect.signature(frappe.get_attr(compose.previous_path(called))).parameters
	except Exception:  # Frappe will not find it either
		return False
	return key in parameters or any(each.kind == each.VAR_KEYWORD for each in parameters.values())


def _short_texts() -> set[str]:
	"""What can be the name of a DocType."""
	texts = {each for each in frappe.form_dict.values() if isinstance(each, str)}
	return {each for each in texts if 0 < len(each) <= _LONGEST_NAME and each.isprintable()}


def _columns(doctype: str) -> set[str]:
	"""Of a DocType and of its rows."""
	meta = frappe.get_meta(doctype)
	tables = (frappe.get_meta(field.options) for field in meta.get_table_fields())
	return {column.casefold() for each in (meta, *tables) for column in each.get_valid_columns()}


def _names_by_condition(value) -> bool:
	"""Whether a document among the values, at any depth, has conditions in place of its name."""
	if isinstance(value, list):
		return any(map(_names_by_condition, value))
	if not isinstance(value, dict):
		return False
	named = [value.get(key) for key in _IN_DOCUMENT]
	if any(map(_is_condition if "doctype" in value else _stands_alone, named)):
		return True
	# Frappe loads the parent of a row, and what a document names, as it is given.
	if "doctype" in value and any(isinstance(each, dict) and _is_name(key) for key, each in value.items()):
		return True
	return any(map(_names_by_condition, value.values()))
