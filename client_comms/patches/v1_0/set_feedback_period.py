"""The period of feedback reviews has become a setting; they were monthly before."""

import frappe

SETTINGS, PERIOD = "Client Comms Settings", "feedback_review_period"


def execute():
	if not frappe.db.get_single_value(SETTINGS, PERIOD, cache=False):
		frappe.db.set_single_value(SETTINGS, PERIOD, "Monthly", update_modified=False)
