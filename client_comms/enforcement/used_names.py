"""The number of a deleted record is given to no other one (P-2): what remains under it, such as queued emails, prints in the access
log, grants and entries of the register, would belong to the new record, and be as open as that.

Frappe takes the last number of a series back when its record is deleted, and takes a name from the REST API and from an import.
"""

import frappe


def keep_number(doc, method=None) -> None:
	"""`on_trash`: Frappe takes back a number of the series that the document names."""
	doc.naming_series = None


def leave_out(doc, method=None) -> None:
	"""`before_insert`, when the document has a name only if one was chosen: it gets the next number of its series instead."""
	deleted = {"deleted_doctype": doc.doctype, "deleted_name": doc.name}
	if (doc.flags.name_set or frappe.flags.in_import) and frappe.db.exists("Deleted Document", deleted):
		doc.name = doc.flags.name_set = None
