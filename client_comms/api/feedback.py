"""Reviews of feedback (F-3)."""

import frappe

from client_comms.client_interactions import feedback


@frappe.whitelist(methods=["POST"])
def sign_off_feedback_review(review: str) -> str:
	"""Sign off a review that someone else prepared; returns its status."""
	return feedback.sign_off(review).status
