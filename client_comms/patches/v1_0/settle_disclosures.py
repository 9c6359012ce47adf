"""The register says of emails that have failed that they were not sent."""

import frappe

from client_comms.client_privacy import disclosures


def execute():
	failed = frappe.get_all("Email Queue", {"status": "Error"}, pluck="name", order_by="name asc")
	disclosures.settle(failed, has_failed=True)
