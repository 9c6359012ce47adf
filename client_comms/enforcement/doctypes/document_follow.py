"""The email about followed documents quotes changes and comments, and waits in the queue without naming any (P-2)."""

from collections import defaultdict
from email import policy
from email.parser import HeaderParser

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
	names = defaultdict(set)
	for each in followed:
		doctype, name = dependents.owner_of(*each)
		names[doctype].add(name)
	by_level = {
		(doctype, name): level
		for doctype, of_it in names.items()
		for name, level in governed.levels(doctype, of_it).items()
	}
	if by_level:
		strictest = max(sorted(by_level), key=lambda record: levels.current().rank(by_level[record]))
		doc.reference_doctype, doc.reference_name = strictest


def _is_about_followed(doc) -> bool:
	headers = HeaderParser(policy=policy.default).parsestr(doc.message or "")
	return headers["Subject"] == _("Document Follow Notification")
