"""What a disputed review found waits for the decision; before, its to-dos stayed open for good."""

import frappe

from client_comms.people import reviews


def execute():
	disputed = frappe.get_all(reviews.REVIEW, {"status": reviews.DISPUTED}, pluck="name", order_by="name asc")
	for name in disputed:
		again = frappe.db.get_value(reviews.REVIEW, {"disputes": name})
		if again:
			reviews.suspend_findings(
				frappe.get_doc(reviews.REVIEW, name), frappe.get_doc(reviews.REVIEW, again)
			)
