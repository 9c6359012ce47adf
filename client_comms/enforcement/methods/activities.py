"""Events, calls and to-dos about a document (P-2), which Frappe and ERPNext collect without a row condition."""

import frappe
from frappe.utils import cint

from client_comms.enforcement import governed, guards
from client_comms.enforcement.compose import call_previous


@frappe.whitelist()
def get_events(user: str | None = None, filters: str | list | dict | None = None, **arguments):
	"""The calendar's events, without those of interactions that the reader cannot see.

	:param user: ignored: Frappe would show the private events of any user
	:param filters: applied to the events that the user can read; Frappe looks into the texts of all
	"""
	found = _readable(
		governed.EVENT, call_previous("frappe.desk.doctype.event.event.get_events", **arguments)
	)
	if not (filters := frappe.parse_json(filters)):
		return found
	wanted = set(guards.readable_names(governed.EVENT, filters))
	return [row for row in found if row.name in wanted]


def events_of_today(original, as_list: bool = False):
	"""Around those of today, of which Frappe tells every user of the desk the number."""
	found = _readable(governed.EVENT, original(as_list=True))
	return found if as_list else len(found)


@frappe.whitelist()
def get_open_activities(ref_doctype: str, ref_docname: str, **others):
	"""To-dos and events about a document, in version 16 also those that are over; access to the document is checked first."""
	guards.require(ref_doctype, ref_docname)
	found = call_previous(
		"erpnext.crm.utils.get_open_activities", ref_doctype=ref_doctype, ref_docname=ref_docname, **others
	)
	readable = {
		key: _readable(governed.EVENT, rows) for key, rows in found.items() if key.startswith("events")
	}
	return {**found, **readable}


@frappe.whitelist()
def get_opportunities(**arguments):
	"""The opportunities of a prospect."""
	found = call_previous("erpnext.crm.doctype.prospect.prospect.get_opportunities", **arguments)
	return _readable("Opportunity", found)


@frappe.whitelist()
def get_filtered_child_rows(
	doctype: str,
	txt: str,
	searchfield: str,
	start: int | str,
	page_len: int | str,
	filters: str | dict | None = None,
	**others,
):
	"""Rows of a child table that a dialog of ERPNext offers, such as the items of an Opportunity; Frappe's search passes them in this order."""
	doctype = guards.named(doctype)

	def read(place: int, length: int) -> list:
		return call_previous(
			"erpnext.controllers.queries.get_filtered_child_rows",
			doctype=doctype,
			txt=txt,
			searchfield=searchfield,
			start=place,
			page_len=length,
			filters=frappe.parse_json(filters),
			**others,
		)

	if not guards.is_held(doctype):
		return read(cint(start), cint(page_len))
	return guards.page_of(doctype, read, cint(start), cint(page_len))


@frappe.whitelist()
def get_last_interaction(**arguments):
	"""The last message and Issue of a caller, for the call popup; empty if they are hidden from the user."""
	found = call_previous("erpnext.crm.doctype.utils.get_last_interaction", **arguments) or {}
	kept = {"last_communication": governed.COMMUNICATION, "last_issue": "Issue"}
	return {
		key: value if not value or _readable(kept[key], [frappe._dict(value)]) else None
		for key, value in found.items()
	}


def _readable(doctype: str, rows: list) -> list:
	"""The rows of a governed DocType that the session user can read, in order; one query."""
	allowed = governed.readable(doctype, [row.name for row in rows])
	return [row for row in rows if row.name in allowed]
