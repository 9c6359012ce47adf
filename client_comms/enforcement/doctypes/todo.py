"""Who assigned a to-do about a confidential record (D-5, R-3)."""

import frappe

from client_comms.enforcement import governed


def keep_assigner(doc, method=None) -> None:
	"""`before_validate`: a user who enters a to-do assigns it in their own name, which Frappe notes in the timeline.

	What Frappe and this app assign is inserted without a check of permissions, and may name someone else.
	"""
	if doc.flags.ignore_permissions or doc.reference_type not in governed.doctypes():
		return
	doc.assigned_by = (
		frappe.session.user if doc.is_new() else frappe.db.get_value(doc.doctype, doc.name, "assigned_by")
	)
