"""Fields of linked documents in a response (`issue.subject`, `expand_links`), which Frappe reads without checks (P-2).

There is no method to wrap, because the REST API handles this itself; so forbidden fields are removed from the
request before it is handled. The database is queried only for such requests.
"""

import re
from collections.abc import Callable

import frappe

from client_comms.enforcement import guards, linked_columns
from client_comms.enforcement.linked_columns import strings

_RESOURCE = re.compile(
	r"^/api/(?:v1/|v2/)?(?:resource|document|doctype)/(?P<doctype>[^/]+)(?:/(?P<name>.+?))?/?$"
)
_FIELDS = ("fields", "fieldname", "filter_fields", "field")
_FIELD_MAP = "field_map"  # the fields that a calendar shows
_ORDERS = ("filters", "or_filters", "order_by", "sort_field", "group_by", _FIELD_MAP)
_REPORT_COLUMNS = "custom_columns"  # each names its own DocType
_TARGETS = ("doctype", "goal_doctype")


def leave_out() -> None:
	"""`before_request`: remove columns of confidential linked documents from the request.

	:raises ClearanceMissingError: such a column is used for filtering or sorting
	"""
	asked = frappe.form_dict
	_leave_out_of_report(asked)
	given = {key: linked_columns.parsed(asked[key]) for key in (*_FIELDS, *_ORDERS) if asked.get(key)}
	if isinstance(given.get(_FIELD_MAP), dict):
		given[_FIELD_MAP] = " ".join(map(str, given[_FIELD_MAP].values()))
	given = {key: value for key, value in given.items() if linked_columns.names_linked(value)}
	if not given and not asked.get("expand_links"):
		return
	doctype, name = target()
	if not doctype:
		return
	if guards.is_own(doctype):
		for key in given.keys() & set(_FIELDS):
			if _is_list_of_columns(given[key]):
				asked[key] = _without(linked_columns.hides_rows, doctype, given[key])
				given[key] = linked_columns.parsed(asked[key])
	if not guards.is_restricted():
		return
	for key in given.keys() & set(_ORDERS):
		value = given[key]
		# A list that contains only strings may be fields: Frappe accepts them in either parameter.
		columns = strings if _is_list_of_columns(value) else linked_columns.of_filters
		linked_columns.refuse(doctype, key, columns(value))
	for key in given.keys() & set(_FIELDS):
		value = given[key]
		if _is_list_of_columns(value):
			asked[key] = _without(linked_columns.reveals, doctype, value)
		else:  # functions of columns; or filters, which Frappe accepts instead of the fields
			linked_columns.refuse(doctype, key, strings(value))
	if asked.get("expand_links") and name and _links_to_hidden(doctype, name):
		asked.pop("expand_links")


def _leave_out_of_report(asked) -> None:
	given = asked.get(_REPORT_COLUMNS)
	columns = linked_columns.parsed(given)
	if isinstance(columns, list) and columns:
		kept = linked_columns.without_revealing(columns)
		asked[_REPORT_COLUMNS] = kept if isinstance(given, list) else frappe.as_json(kept)


def target() -> tuple[str | None, str | None]:
	"""The DocType, and the document, of which the request asks."""
	if is_route_of_documents():
		resource = _RESOURCE.match(frappe.request.path)
		return resource["doctype"], resource["name"]
	named = (frappe.form_dict.get(key) for key in _TARGETS)
	doctype = next((each for each in named if each), None)
	return (doctype, None) if isinstance(doctype, str) and guards.meta_of(doctype) else (None, None)


def is_route_of_documents() -> bool:
	"""Whether the request goes to a route of the REST API; a method named in `cmd` takes precedence over the address."""
	return not frappe.form_dict.get("cmd") and bool(_RESOURCE.match(frappe.request.path))


def _without(is_left_out: Callable[[str, str], bool], doctype: str, given):
	"""The requested fields in their original form, without those that are left out."""
	fields = given if isinstance(given, list) else [each.strip() for each in str(given).split(",")]
	kept = [field for field in fields if not is_left_out(doctype, field)] or ["name"]
	return frappe.as_json(kept) if isinstance(given, list) else ", ".join(kept)


def _is_list_of_columns(value) -> bool:
	return isinstance(value, str) or (
		isinstance(value, list) and all(isinstance(field, str) for field in value)
	)


def _links_to_hidden(doctype: str, name: str) -> bool:
	if not frappe.db.exists(doctype, name):
		return False  # Frappe reports it
	doc = frappe.get_doc(doctype, name)
	return any(
		value
		and guards.is_held(target)
		and not frappe.get_list(target, {"name": value}, pluck="name", limit=1)
		for target, value in _links(doc)
	)


def _links(doc):
	for field in doc.meta.get_link_fields():
		yield field.options, doc.get(field.fieldname)
	for field in doc.meta.get_dynamic_link_fields():
		yield doc.get(field.options) or "", doc.get(field.fieldname)
