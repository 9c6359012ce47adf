"""Events, calls and to-dos about a document (P-2), which Frappe and ERPNext collect without a row condition."""

import frappe
from erpnext.controllers import queries
from erpnext.crm import utils
from erpnext.crm.doctype import utils as crm_utils
from erpnext.crm.doctype.prospect import prospect as prospects
from frappe.desk.doctype.event import event as events

from client_comms.enforcement import governed, guards


@frappe.whitelist()
def get_events(**arguments):
	"""The calendar's events, without those of interactions that the reader cannot see."""
	return _readable(governed.EVENT, frappe.call(events.get_events, **arguments))


@frappe.whitelist()
def get_open_activities(ref_doctype: str, ref_docname: str):
	"""To-dos and events about a document; access to the document is checked first."""
	guards.require(ref_doctype, ref_docname)
	found = utils.get_open_activities(ref_doctype, ref_docname)
	return {**found, "events": _readable(governed.EVENT, found["events"])}


@frappe.whitelist()
def get_opportunities(prospect: str):
	"""The opportunities of a prospect."""
	return _readable("Opportunity", prospects.get_opportunities(prospect))


@frappe.whitelist()
def get_filtered_child_rows(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: str | dict | None = None
):
	"""Rows of a child table that a dialog of ERPNext offers, such as the items of an Opportunity."""
	doctype = guards.named(doctype)
	found = queries.get_filtered_child_rows(
		doctype, txt, searchfield, start, page_len, frappe.parse_json(filters)
	)
	if not guards.is_held(doctype):
		return found
	allowed = guards.readable(doctype, [row[0] for row in found])
	return [row for row in found if row[0] in allowed]


@frappe.whitelist()
def get_last_interaction(contact: str | None = None, lead: str | None = None):
	"""The last message and Issue of a caller, for the call popup; empty if they are hidden from the user."""
	found = frappe.call(crm_utils.get_last_interaction, contact=contact, lead=lead) or {}
	kept = {"last_communication": governed.COMMUNICATION, "last_issue": "Issue"}
	return {
		key: value if not value or _readable(kept[key], [frappe._dict(value)]) else None
		for key, value in found.items()
	}


def _readable(doctype: str, rows: list) -> list:
	"""The rows of a governed DocType that the session user can read, in order; one query."""
	allowed = governed.readable(doctype, [row.name for row in rows])
	return [row for row in rows if row.name in allowed]
