"""The email about followed documents quotes changes and comments, and waits in the queue without naming any (P-2)."""

from email import message_from_string, policy

import frappe
from frappe import _

from client_comms.enforcement import dependents, governed, sharing
from client_comms.enforcement import policy as levels


def name_record(doc, method=None) -> None:
	"""`before_insert` of Email Queue: as confidential as the strictest record that its recipient follows."""
	if doc.reference_name or len(doc.recipients) != 1 or not _is_about_followed(doc):
		return
	followed = frappe.get_all(
		"Document Follow",
		{"user": doc.recipients[0].recipient, "ref_doctype": ("in", sharing.held())},
		["ref_doctype", "ref_docname"],
		as_list=True,
		order_by=None,
	)
	records = {dependents.owner_of(*each) for each in followed}
	by_level = {record: level for record in records if (level := governed.level(*record)) is not None}
	if by_level:
		strictest = max(sorted(by_level), key=lambda record: levels.current().rank(by_level[record]))
		doc.reference_doctype, doc.reference_name = strictest


def _is_about_followed(doc) -> bool:
	message = message_from_string(doc.message or "", policy=policy.default)
	return message["Subject"] == _("Document Follow Notification")
