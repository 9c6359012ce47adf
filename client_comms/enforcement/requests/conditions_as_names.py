"""Documents that a request finds by conditions (`{"summary": ["like", "%fraud%"]}`) where a name belongs (P-2).

Frappe takes the first match among all documents and asks for permission afterwards, so that "not permitted" and "not found"
tell whether a hidden text contains the words.
"""

import frappe

from client_comms.enforcement import guards
from client_comms.enforcement.linked_columns import parsed

_NOT_NAMES = ("fieldname",)  # can hold several fields with their values
_SHORT = ("dn", "parent")
_DELETED, _DELETES = "items", "delete_items"  # elsewhere, items are rows of a document
_IN_DOCUMENT = ("name", "docname", "parent")
_CONDITIONS = ("filters", "or_filters")


def refuse() -> None:
	"""`before_request`; queries the database only for a request that has conditions where a name belongs.

	:raises frappe.PermissionError: there may be documents that the user cannot read
	"""
	if any(map(_has_condition, frappe.form_dict.items())) and guards.is_restricted():
		guards.refuse_conditions()


def _has_condition(parameter: tuple) -> bool:
	key, value = parameter
	value = parsed(value)
	if _is_name(str(key)) and any(isinstance(each, dict) for each in _as_list(value)):
		return True
	return key not in _CONDITIONS and _names_by_condition(value)


def _is_name(key: str) -> bool:
	"""Whether a parameter names documents: `docname`, `docnames`, `source_name`, or by the DocType, as `call_log`."""
	if key in _NOT_NAMES:
		return False
	if key == _DELETED:
		return _DELETES in f"{frappe.form_dict.get('cmd')} {frappe.request.path}"
	return key in _SHORT or key.endswith(("name", "names")) or guards.is_held(frappe.unscrub(key))


def _as_list(value) -> list:
	return value if isinstance(value, list) else [value]


def _names_by_condition(value) -> bool:
	"""Whether a document among the values, at any depth, has conditions in place of its name."""
	if isinstance(value, list):
		return any(map(_names_by_condition, value))
	if not isinstance(value, dict):
		return False
	named = [value.get(key) for key in _IN_DOCUMENT]
	# A list can be a condition of a filter (`{"name": ["in", …]}`), but not in a document.
	if any(isinstance(each, (dict, list) if "doctype" in value else dict) for each in named):
		return True
	# Frappe loads the parent of a row, and what a document names, as it is given.
	if "doctype" in value and any(isinstance(each, dict) and _is_name(key) for key, each in value.items()):
		return True
	return any(map(_names_by_condition, value.values()))
