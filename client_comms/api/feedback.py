"""Reviews of feedback (F-3)."""

import frappe

from client_comms.client_interactions import feedback


@frappe.whitelist(methods=["POST"])
def sign_off_feedback_review(review: str) -> str:
	"""Close a review that somebody else prepared; its status."""
	return feedback.sign_off(review).status
