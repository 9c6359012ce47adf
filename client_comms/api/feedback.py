"""Feedback: reviews of it, and records of other types that read like a complaint (F-1, F-3)."""

import frappe
from frappe.utils import get_fullname

from client_comms import transactions
from client_comms.client_interactions import complaints, feedback
from client_comms.enforcement import interactions
from client_comms.intake import retype


@frappe.whitelist(methods=["POST"])
def sign_off_feedback_review(review: str) -> str:
	"""Sign off a review that someone else prepared; returns its status."""
	return feedback.sign_off(review).status


@frappe.whitelist(methods=["POST"])
def retype_as_feedback(name: str) -> dict:
	"""Change an interaction to the type for feedback, with its level, deadlines and responsible staff.

	:returns: `{"name", "communication_type", "responsible_name", "may_read"}`; `may_read`: whether the caller still can
	:raises frappe.PermissionError: the caller cannot write it
	"""
	doc = _writable(name)
	retype.as_feedback(doc)
	return {
		"name": doc.name,
		"communication_type": doc.communication_type,
		"responsible_name": doc.responsible_staff and get_fullname(doc.responsible_staff),
		"may_read": bool(interactions.readers(doc, [frappe.session.user])),
	}


@frappe.whitelist(methods=["POST"])
def not_a_complaint(name: str) -> None:
	"""An interaction only reads like a complaint: it is no longer pointed out, until the client writes such words again."""
	complaints.dismiss(_writable(name))


def _writable(name: str):
	doc = transactions.locked(complaints.INTERACTION, name)
	doc.check_permission("write")
	return doc
