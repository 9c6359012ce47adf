"""Fields of linked documents in a response (`issue.subject`, `expand_links`), which Frappe reads without checks (P-2).

There is no method to wrap, because the REST API handles this itself; so forbidden fields are removed from the
request before it is handled. The database is queried only for such requests.
"""

import json
import re
from collections.abc import Iterator

import frappe
from frappe import _

from client_comms.enforcement import guards
from client_comms.exceptions import ClearanceMissingError

_LINKED_FIELD = re.compile(r"(?<![\w.`'])(\w+)\.\w+")
_RESOURCE = re.compile(
	r"^/api/(?:v1/|v2/)?(?:resource|document|doctype)/(?P<doctype>[^/]+)(?:/(?P<name>.+?))?/?$"
)
_FIELDS = ("fields", "fieldname", "filter_fields", "field")
_FIELD_MAP = "field_map"  # the fields that a calendar shows
_ORDERS = ("filters", "or_filters", "order_by", "group_by", _FIELD_MAP)


def leave_out() -> None:
	"""`before_request`: remove columns of confidential linked documents from the request.

	:raises ClearanceMissingError: such a column is used for filtering or sorting
	"""
	asked = frappe.form_dict
	given = {key: _parsed(asked[key]) for key in (*_FIELDS, *_ORDERS) if asked.get(key)}
	if isinstance(given.get(_FIELD_MAP), dict):
		given[_FIELD_MAP] = " ".join(map(str, given[_FIELD_MAP].values()))
	given = {key: value for key, value in given.items() if "." in str(value)}
	if not given and not asked.get("expand_links"):
		return
	doctype, name = _target()
	if not doctype or not guards.is_restricted():
		return
	for key in given.keys() & set(_ORDERS):
		value = given[key]
		# A list that contains only strings may be fields: Frappe accepts them in either parameter.
		_refuse_revealing(doctype, key, (_strings if _is_list_of_columns(value) else _columns)(value))
	for key in given.keys() & set(_FIELDS):
		value = given[key]
		if _is_list_of_columns(value):
			asked[key] = _without_linked(doctype, value)
		else:  # functions of columns; or filters, which Frappe accepts instead of the fields
			_refuse_revealing(doctype, key, _strings(value))
	if asked.get("expand_links") and name and _links_to_hidden(doctype, name):
		asked.pop("expand_links")


def _target() -> tuple[str | None, str | None]:
	if resource := _RESOURCE.match(frappe.request.path):
		return resource["doctype"], resource["name"]
	doctype = frappe.form_dict.get("doctype")
	return (
		(doctype, None) if isinstance(doctype, str) and frappe.db.exists("DocType", doctype) else (None, None)
	)


def _reveals(doctype: str, fieldname: str) -> bool:
	"""Whether a field links to documents that this app guards."""
	field = frappe.get_meta(doctype).get_field(fieldname)
	return bool(field and field.fieldtype == "Link" and guards.is_held(field.options))


def _parsed(value):
	"""JSON parsed as the methods do, because a dot may be escaped in it."""
	if isinstance(value, str) and value.lstrip()[:1] in ("[", "{", '"'):
		try:
			return json.loads(value)
		except ValueError:
			pass  # Frappe reports it
	return value


def _refuse_revealing(doctype: str, key: str, columns: Iterator[str]) -> None:
	if any(_reveals(doctype, field) for column in columns for field in _LINKED_FIELD.findall(column)):
		frappe.throw(
			_("Lists cannot be filtered or sorted by a field of a confidential document. Remove {0}.").format(
				frappe.bold(key)
			),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


def _without_linked(doctype: str, given):
	"""The requested fields in their original form, without those of guarded linked documents."""
	fields = given if isinstance(given, list) else [each.strip() for each in str(given).split(",")]
	kept = [
		field for field in fields if not any(_reveals(doctype, link) for link in _LINKED_FIELD.findall(field))
	] or ["name"]
	return frappe.as_json(kept) if isinstance(given, list) else ", ".join(kept)


def _is_list_of_columns(value) -> bool:
	return isinstance(value, str) or (
		isinstance(value, list) and all(isinstance(field, str) for field in value)
	)


def _columns(value) -> Iterator[str]:
	"""The columns in filters, however nested: keys of a dict, all but the last part of a condition."""
	if isinstance(value, dict):
		yield from value
	elif isinstance(value, list):
		is_condition = bool(value) and isinstance(value[0], str)
		for part in value[:2] if is_condition else value:
			if isinstance(part, str):
				yield part
			elif not is_condition:
				yield from _columns(part)


def _strings(value) -> Iterator[str]:
	if isinstance(value, dict):
		value = [*value, *value.values()]
	if isinstance(value, list):
		for part in value:
			yield from _strings(part)
	elif isinstance(value, str):
		yield value


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
