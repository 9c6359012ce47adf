"""Rows of tables that a site, or an app that this one does not know, has added to the documents it guards (P-2).

A row condition is registered for each DocType of rows that Frappe, ERPNext and this app have. Rows of other DocTypes Frappe lists
by the permissions for the DocType of their document alone, and finds by their name in the same way; so to users whose access is
restricted they are shown with their document only.
"""

import re
from collections.abc import Iterator
from itertools import chain

import frappe
from frappe import _
from frappe.model import table_fields
from frappe.utils.caching import redis_cache

from client_comms.enforcement import child_rows, guards
from client_comms.enforcement.linked_columns import parsed
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold

_SENT = ("doc", "docs", "document")  # the first can be the DocType alone
# Without one of these, a request is about the DocType itself, such as its fields.
_ABOUT_ROWS = ("name", "names", "dn", "docname", "fields", "fieldname", "filters", "parent", "parent_doctype")
_ROUTE = re.compile(r"^/api/(?:v1/|v2/)?(?:resource|document|doctype(?=/[^/]+/count))/(?P<doctype>[^/]+)")


def refuse() -> None:
	"""`before_request`; queries the database only for requests about rows.

	:raises ClearanceMissingError: the request names rows of a guarded document that have no condition, or sends a document in
	    which there is one of them, which Frappe would take over
	"""
	for doctype in _asked():
		refuse_rows(doctype)
	# What a GET request writes is rolled back.
	if frappe.request.method != "GET" and (doctypes := in_added_tables()):
		refuse_taken(doctypes, {*_names(frappe.form_dict)})


def refuse_rows(doctype: str) -> None:
	"""Refuse to list, count, show or change rows of a DocType separately from their documents.

	:raises ClearanceMissingError: a guarded document has such rows, and the rows have no condition
	"""
	if guards.is_row(doctype) and guards.is_restricted() and is_added(doctype):
		frappe.throw(
			_("{0}: these rows are shown with their document only.").format(bold(_(doctype))),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


def refuse_taken(doctypes: list[str], names: set[str]) -> None:
	"""
	:param names: of rows that a document contains, of whichever DocType
	:raises ClearanceMissingError: one of them belongs to a document that the session user cannot change
	"""
	if names and guards.is_restricted():
		for doctype in doctypes:
			child_rows.require_open(frappe.get_all(doctype, {"name": ("in", names)}, child_rows.PLACE))


@redis_cache
def in_added_tables() -> list[str]:
	"""The DocTypes of rows in tables that have been added to guarded documents; remembered until a field changes."""
	fields = {"fieldtype": ("in", table_fields), "dt": ("in", [*guards.held()])}
	return frappe.get_all("Custom Field", fields, pluck="options", distinct=True, order_by=None)


def forget_tables(doc=None, method=None) -> None:
	"""A custom field came, changed or went."""
	in_added_tables.clear_cache()
	frappe.db.after_commit.add(in_added_tables.clear_cache)


def is_added(doctype: str) -> bool:
	"""Whether the DocType is one of rows in guarded documents, without a condition of its own."""
	name = guards.named(doctype)
	return (
		guards.is_row(name) and not guards.is_held(name) and any(map(guards.is_held, guards.with_rows(name)))
	)


def tables(doctype: str) -> list:
	"""The fields of a DocType that are tables of such rows."""
	return [field for field in frappe.get_meta(doctype).get_table_fields() if is_added(field.options)]


def _asked() -> set[str]:
	asked = frappe.form_dict
	sent = [parsed(asked.get(key)) for key in _SENT]
	documents = chain.from_iterable(each if isinstance(each, list) else [each] for each in sent)
	found = [each.get("doctype") for each in documents if isinstance(each, dict)]
	if any(asked.get(key) for key in _ABOUT_ROWS):
		found += [asked.get("doctype"), asked.get("dt"), sent[0]]
	if route := _ROUTE.match(frappe.request.path):
		found.append(route["doctype"])
	return {doctype for doctype in found if isinstance(doctype, str) and doctype}


def _names(sent, nested: int = 5) -> Iterator[str]:
	"""The names of what stands in lists of documents that were sent, as rows do."""
	if isinstance(sent, dict) and nested:
		for value in map(parsed, sent.values()):
			if isinstance(value, list):
				yield from (str(row["name"]) for row in value if isinstance(row, dict) and row.get("name"))
				for row in value:
					yield from _names(row, nested - 1)
			else:
				yield from _names(value, nested - 1)
