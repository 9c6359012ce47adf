"""Complete, comment on and dispute record reviews (R-2)."""

import frappe

from client_comms import clock
from client_comms.people import review_draws, reviews
from client_comms.roles import require_configuring_or_auditing


@frappe.whitelist(methods=["POST"])
def complete_review(review: str) -> str:
	"""Complete a review as its reviewer; returns the review's status."""
	return reviews.complete(review).status


@frappe.whitelist(methods=["POST"])
def comment_on_review(review: str, comment: str) -> str:
	"""Comment on a completed review as the person reviewed; returns the comment's name."""
	return reviews.comment(review, comment).name


@frappe.whitelist(methods=["POST"])
def dispute_review(review: str, reason: str) -> str:
	"""Dispute a review as the person reviewed; returns the name of the review by another reviewer."""
	return reviews.dispute(review, reason).name


@frappe.whitelist(methods=["POST"])
def draw_reviews(programme: str, from_date: str, to_date: str, seed: str | None = None) -> str:
	"""Draw the sample of a period now; returns the Review Draw.

	:param from_date: first day, and `to_date` the last one, in the site's time zone
	:param seed: to repeat an earlier sample
	"""
	require_configuring_or_auditing()
	doc = frappe.get_doc(reviews.PROGRAMME, programme)
	return review_draws.draw(doc, clock.parse_day(from_date), clock.parse_day(to_date), seed).name


@frappe.whitelist()
def redraw_reviews(draw: str) -> dict:
	"""Repeat a draw from its seed, without storing anything; see `people.review_draws.redraw`."""
	return review_draws.redraw(draw)
