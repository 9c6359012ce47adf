"""Rows of DocTypes that several others use, such as the notes of a Lead, an Opportunity and a Prospect (P-2).

Version 16 lists rows by the name of their document, whatever its DocType, and asks only about the DocType that the
request names: a Prospect called like a hidden Lead would show the Lead's notes. There is no condition to add, because
a share would override it; so such rows are not listed separately for users whose access is restricted.
"""

import frappe
from frappe import _
from frappe.model import table_fields

from client_comms import compat
from client_comms.enforcement import guards
from client_comms.enforcement.requests.joined_fields import target
from client_comms.exceptions import ClearanceMissingError

_PARENTS = ("parent", "parent_doctype")


def refuse() -> None:
	"""`before_request`; queries the database only for requests that list rows.

	:raises ClearanceMissingError: the request lists rows that documents of several DocTypes have
	"""
	if any(frappe.form_dict.get(key) for key in _PARENTS) and (doctype := target()[0]):
		refuse_shared(doctype)


def refuse_shared(doctype: str) -> None:
	""":raises ClearanceMissingError: these are rows that documents of several DocTypes have"""
	if not compat.lists_rows_by_name_alone():
		return
	doctype = guards.named(doctype)
	if guards.is_held(doctype) and guards.is_restricted() and _is_shared(doctype):
		frappe.throw(
			_("{0}: these rows are shown with their document only.").format(frappe.bold(_(doctype))),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


def _is_shared(doctype: str) -> bool:
	tables = {"fieldtype": ("in", table_fields), "options": doctype}
	owners = {
		*frappe.get_all("DocField", tables, pluck="parent", order_by=None),
		*frappe.get_all("Custom Field", tables, pluck="dt", order_by=None),
	}
	return len(owners) > 1
