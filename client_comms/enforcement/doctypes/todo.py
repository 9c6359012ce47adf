"""Who assigned a to-do about a confidential record, and what it stays about (D-5, P-2, R-3)."""

import frappe

from client_comms.enforcement import filed, governed

_ABOUT = ("reference_type", "reference_name")


def keep_assigner(doc, method=None) -> None:
	"""`before_validate`: a user who enters a to-do assigns it in their own name, which Frappe notes in the timeline.

	What Frappe and this app assign is inserted without a check of permissions, and may name someone else.
	"""
	if doc.flags.ignore_permissions or doc.reference_type not in governed.doctypes():
		return
	doc.assigned_by = (
		frappe.session.user if doc.is_new() else frappe.db.get_value(doc.doctype, doc.name, "assigned_by")
	)


def keep_with_lead(doc, method=None) -> None:
	"""`before_validate`: ERPNext moves the open to-dos of a Lead to an Opportunity that is made of it; if that is less confidential,
	they stay with the Lead."""
	opportunity = not doc.is_new() and doc.reference_type == "Opportunity" and doc.reference_name
	lead = opportunity and frappe.db.get_value(
		"Opportunity", {"name": opportunity, "opportunity_from": "Lead"}, "party_name"
	)
	if not lead or not (level := governed.level("Lead", lead)):
		return
	stored = governed.as_stored(doc, *_ABOUT)
	there = governed.level("Opportunity", opportunity)
	if tuple(map(stored.get, _ABOUT)) == ("Lead", lead) and filed.is_lower(there, level):
		doc.reference_type, doc.reference_name = "Lead", lead
