"""Documents that a request finds by conditions (`{"summary": ["like", "%fraud%"]}`, `[["summary", "like", "%fraud%"]]`) where a
name belongs (P-2).

Frappe takes the first match among all documents and asks for permission afterwards, so that "not permitted" and "not found"
tell whether a hidden text contains the words.
"""

import re
from collections.abc import Iterator
from itertools import chain, starmap

import frappe
from frappe.database.operator_map import OPERATOR_MAP

from client_comms.enforcement import compose, guards
from client_comms.enforcement.linked_columns import parsed
from client_comms.enforcement.requests import called, sent_documents

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
# Apps name in this hook the parameters of their pages' methods that hold values, though they are called as a DocType is: method → parameters.
_HOOK = "client_comms_values"
_WORD = re.compile(r"\w+")
_LONGEST_NAME = 140
_COMPARED = 3  # [field, operator, value]


def refuse() -> None:
	"""`before_request`; queries the database only for a request that has conditions where a name belongs.

	:raises frappe.PermissionError: there may be documents that the user cannot read
	"""
	as_names = [*chain.from_iterable(starmap(_in_place_of_names, frappe.form_dict.items()))]
	sent = called.sent()
	as_arguments = called.taken([(key, value) for key, value in sent if _can_be_condition(key, value)])
	if not (as_names or as_arguments) or not guards.is_restricted():
		return
	if _find_among(as_names, _guarded()) or _find_among(as_arguments, _named_in(sent)):
		guards.refuse_conditions()


def _guarded() -> set[str]:
	"""The DocTypes of which there may be documents that a user cannot read, whether or not lists are narrowed."""
	return {*guards.held(), *compose.own("has_permission")}


def _in_place_of_names(key: str, sent) -> Iterator:
	"""What has the form of a condition in a parameter, and in documents at any depth in it."""
	value = parsed(sent)
	if _is_condition(value) and _is_name(str(key)) and not _holds_values(str(key), value):
		yield value
	if key not in _CONDITIONS:
		yield from _in_documents(value, key in _NOT_NAMES or sent_documents.is_sent())


def _is_name(key: str) -> bool:
	"""Whether a parameter names documents: `docname`, `docnames`, `source_name`, or by the DocType, as `call_log`."""
	if key in _NOT_NAMES:
		return False
	if key == _DELETED:
		return _DELETES in f"{frappe.form_dict.get('cmd')} {frappe.request.path}"
	return key in _SHORT or key.endswith(("name", "names")) or _is_document(frappe.unscrub(key))


def _is_document(doctype: str) -> bool:
	"""Whether it is a guarded DocType, and not one of rows: `event_participants` of an Event holds them, not the name of one."""
	meta = doctype in _guarded() and guards.meta_of(doctype)
	return bool(meta) and not meta.istable


def _holds_values(key: str, value) -> bool:
	"""Whether the app whose method is called says so, and the values are plain: none of them compares."""
	if not isinstance(value, dict) or any(isinstance(each, dict | list) for each in value.values()):
		return False
	declared, asked = frappe.get_hooks(_HOOK, {}), {*called.names()}
	return bool(asked) and all(key in declared.get(method, ()) for method in asked)


def _is_condition(value) -> bool:
	"""Whether a value has the form of a condition in place of a name, or one among several names has it."""
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


def _in_documents(value, within: bool = False) -> Iterator:
	"""What stands for the name of a document among the values, at any depth.

	:param within: whether these are values of a document, or rows of one, which need not say what they are
	"""
	if isinstance(value, list):
		for each in value:
			yield from _in_documents(each, within)
	if not isinstance(value, dict):
		return
	is_document = within or "doctype" in value
	for key, each in value.items():
		if key in _IN_DOCUMENT and (_is_condition if is_document else _stands_alone)(each):
			yield each
		# Frappe loads the parent of a row, and what a document names, as it is given.
		elif is_document and isinstance(each, dict) and (_is_name(key) or _is_link(value, key)):
			yield each
		yield from _in_documents(each, is_document and isinstance(each, list))


def _is_link(document: dict, key: str) -> bool:
	"""Whether a field of a document, if that says what it is, links to another: a print of it looks there as well, without saving it."""
	doctype = document.get("doctype")
	meta = guards.meta_of(doctype) if isinstance(doctype, str) else None
	field = meta.get_field(key) if meta else None
	return bool(field) and field.fieldtype in ("Link", "Dynamic Link")


def _can_be_condition(key: str, value) -> bool:
	"""Whether an argument that is called otherwise (`party`), which no method parses, has the form of a condition."""
	is_filled = _is_condition(value) and not _is_empty(value)
	return is_filled and key not in _VALUES and not key.endswith("filters")


def _is_empty(value) -> bool:
	return value == {} or (isinstance(value, list) and all(map(_is_empty, value)))


def _named_in(sent: list[tuple[str, object]]) -> set[str]:
	"""The guarded DocTypes that the request names."""
	texts = {each for _key, each in sent if isinstance(each, str)}
	short = (each for each in texts if 0 < len(each) <= _LONGEST_NAME and each.isprintable())
	return _guarded().intersection(map(guards.named, short))


def _find_among(conditions: list, doctypes) -> bool:
	"""Whether some of the conditions can find documents of one of the DocTypes."""
	columns = map(_columns, doctypes) if conditions else ()
	return any(_finds(each, known) for known in columns for each in conditions)


def _columns(doctype: str) -> set[str]:
	"""Of a DocType and of its rows, as far as this site has them."""
	meta = guards.meta_of(doctype)
	tables = (doctype, *(field.options for field in meta.get_table_fields())) if meta else ()
	known = (frappe.db.get_table_columns(each) for each in tables if frappe.db.table_exists(each))
	return {column.casefold() for columns in known for column in columns}


def _finds(value, columns: set[str]) -> bool:
	"""Whether a value can be conditions on documents with these columns. An object with any other key, as those that webhooks
	describe, finds none: the database refuses a query with an unknown column before it looks at a row."""
	if isinstance(value, dict):
		return all(_is_column(key, columns) for key in value)
	if isinstance(value, list):
		# `[field, operator, value]`, or with the DocType before
		if value and isinstance(value[0], str) and any(_is_column(each, columns) for each in value[:2]):
			return True
		return any(not each or _finds(each, columns) for each in value if isinstance(each, dict | list))
	return False


def _is_column(text, columns: set[str]) -> bool:
	"""Whether one of the words is a column: `notes.note`, `` `tabLead`.`company_name` ``. The database finds columns also by
	letters that Python does not take for the same (a dotless i), so any key with letters beyond ASCII counts."""
	text = str(text)
	return not text.isascii() or not columns.isdisjoint(_WORD.findall(text.casefold()))
