"""The DocType that a request names as the parent of what it lists (P-2). Version 16 applies that DocType's row condition,
in place of the one of the listed DocType.

- Documents that are not rows would be listed without any condition, if the parent is a Single such as System Settings;
  so a parent named for them is left out of the request.
- Rows that documents of several DocTypes have, such as the notes of a Lead, an Opportunity and a Prospect, are found by the
  name of their document alone: a Prospect called like a hidden Lead would show the Lead's notes. There is no condition
  to add, because a share would override it; so such rows are not listed separately for users whose access is restricted.
"""

import frappe
from frappe import _

from client_comms import compat
from client_comms.enforcement import guards
from client_comms.enforcement.requests.joined_fields import is_route_of_documents, target
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold

_PARENTS = ("parent", "parent_doctype")
_LISTS = ("GET", "HEAD")  # other requests to a route of documents write them, and `parent` can be a field


def check_parent() -> None:
	"""`before_request`; queries the database only for requests that name a parent.

	:raises ClearanceMissingError: the request lists rows that documents of several DocTypes have
	"""
	asked = frappe.form_dict
	given = [key for key in _PARENTS if asked.get(key)]
	if not given or not compat.lists_by_condition_of_parent() or not (doctype := target()[0]):
		return
	if guards.is_row(doctype):
		refuse_parent(doctype)
	elif frappe.request.method in _LISTS or not is_route_of_documents():
		for key in given:
			# In a tree, the parent is another document.
			if frappe.db.exists("DocType", {"name": asked[key]}):
				del asked[key]


def refuse_parent(doctype: str) -> None:
	"""Refuse to list or count documents of the DocType as the rows of a parent.

	:raises ClearanceMissingError: they are not rows, or rows that documents of several DocTypes have
	"""
	if not compat.lists_by_condition_of_parent():
		return
	doctype = guards.named(doctype)
	if (
		guards.is_held(doctype)
		and guards.is_restricted()
		and (not guards.is_row(doctype) or len(guards.with_rows(doctype)) > 1)
	):
		frappe.throw(
			_("{0}: these rows are shown with their document only.").format(bold(_(doctype))),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
