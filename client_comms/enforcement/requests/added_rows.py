"""Rows of tables that a site, or an app that this one does not know, has added to the documents it guards (P-2).

A row condition is registered for each DocType of rows that Frappe, ERPNext and this app have. Rows of other DocTypes Frappe lists
by the permissions for the DocType of their document alone, and finds by their name in the same way; so to users whose access is
restricted they are shown with their document only.
"""

import re
from itertools import chain

import frappe
from frappe import _

from client_comms.enforcement import guards
from client_comms.enforcement.linked_columns import parsed
from client_comms.exceptions import ClearanceMissingError

_SENT = ("doc", "docs", "document")  # the first can be the DocType alone
# Without one of these, a request is about the DocType itself, such as its fields.
_ABOUT_ROWS = ("name", "names", "dn", "docname", "fields", "fieldname", "filters", "parent", "parent_doctype")
_ROUTE = re.compile(r"^/api/(?:v1/|v2/)?(?:resource|document|doctype(?=/[^/]+/count))/(?P<doctype>[^/]+)")


def refuse() -> None:
	"""`before_request`; queries the database only for requests about rows.

	:raises ClearanceMissingError: the request names rows of a guarded document that have no condition
	"""
	for doctype in _asked():
		refuse_rows(doctype)


def refuse_rows(doctype: str) -> None:
	"""Refuse to list, count, show or change rows of a DocType separately from their documents.

	:raises ClearanceMissingError: a guarded document has such rows, and the rows have no condition
	"""
	if guards.is_row(doctype) and guards.is_restricted() and is_added(doctype):
		frappe.throw(
			_("{0}: these rows are shown with their document only.").format(frappe.bold(_(doctype))),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


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
