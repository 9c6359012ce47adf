"""Columns of linked documents (`issue.subject`) in what a query is asked for (P-2): Frappe joins them without checking the
linked documents."""

import json
import re
from collections.abc import Iterable, Iterator

import frappe
from frappe import _
from frappe.permissions import get_role_permissions

from client_comms.enforcement import guards
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold

_LINKED = re.compile(r"(?<![\w.`'])(\w+)\.\w+")


def reveals(doctype: str, column: str) -> bool:
	"""Whether a column, or a function of columns, is one of a document that this app guards."""
	return any(_links_to_guarded(doctype, field) for field in _LINKED.findall(column))


def names_linked(value) -> bool:
	"""Whether a value, of any form, can name a column of a linked document; a column of a list's own table, as the desk names it, is none."""
	return any(_LINKED.search(text) for text in strings(value))


def hides_rows(doctype: str, column: str) -> bool:
	"""Whether a column is one of linked documents of which the session user can read only their own. Version 16 would then leave out
	all rows that link to none of them, even those that link to nothing: a list with a contact in it is empty for users without an
	ERPNext role."""
	return any(_links_to_own_only(doctype, field) for field in _LINKED.findall(column))


def refuse(doctype: str, key: str, columns: Iterable[str], user: str | None = None) -> None:
	"""Refuse to filter, sort or compute by such columns.

	:param key: where they are, for the message
	:param user: by default the session user
	:raises ClearanceMissingError: there may be documents that the user cannot read
	"""
	if any("." in column and reveals(doctype, column) for column in columns) and guards.is_restricted(user):
		frappe.throw(
			_("Lists cannot be filtered or sorted by a field of a confidential document. Remove {0}.").format(
				bold(key)
			),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


def without_revealing(columns: list | None) -> list:
	"""The columns that a user added to a report (`{"doctype", "fieldname"}`), without those of guarded linked documents."""
	return [column for column in columns or () if not _reveals_by_report(column)]


def _reveals_by_report(column) -> bool:
	if not isinstance(column, dict):
		return False
	doctype, fieldname = column.get("doctype"), str(column.get("fieldname") or "")
	return bool(doctype and "." in fieldname and reveals(doctype, fieldname) and guards.is_restricted())


def parsed(value):
	"""JSON parsed as the methods do, because a dot may be escaped in it; some of them parse what is JSON again."""
	while isinstance(value, str) and value.lstrip()[:1] in ("[", "{", '"'):
		try:
			value = json.loads(value)
		except (ValueError, RecursionError):
			break  # Frappe reports it
	return value


def of_filters(value) -> Iterator[str]:
	"""The columns in filters, however nested: keys of a dict, all but the last part of a condition."""
	if isinstance(value, dict):
		yield from value
	elif isinstance(value, list):
		is_condition = bool(value) and isinstance(value[0], str)
		for part in value[:2] if is_condition else value:
			if isinstance(part, str):
				yield part
			elif not is_condition:
				yield from of_filters(part)


def strings(value) -> Iterator[str]:
	"""The texts in a value, at any depth."""
	waiting = [value]
	while waiting:
		value = waiting.pop()
		if isinstance(value, dict):
			value = [*value, *value.values()]
		if isinstance(value, list):
			waiting += reversed(value)
		elif isinstance(value, str):
			yield value


def _links_to_guarded(doctype: str, fieldname: str) -> bool:
	field = frappe.get_meta(doctype).get_field(fieldname)
	return bool(field and field.fieldtype == "Link" and guards.is_held(field.options))


def _links_to_own_only(doctype: str, fieldname: str) -> bool:
	field = frappe.get_meta(doctype).get_field(fieldname)
	if not field or field.fieldtype != "Link":
		return False
	permissions = get_role_permissions(frappe.get_meta(field.options))
	return "read" in permissions.get("if_owner", {})
