"""The disclosure register: what was sent, at which level, to whom, on which basis (P-2).

`outgoing.register` decides what it says.
"""

import frappe

from client_comms import ledger
from client_comms.rules import domains

DISCLOSURE = "Client Disclosure"
OWN_INFORMATION, CONSENT, REASON_GIVEN, NOT_REQUIRED = (
	"Own Information",
	"Consent",
	"Reason Given",
	"Not Required",
)
SENT, HELD_BACK = "Sent", "Held Back"


def enter(row: dict) -> None:
	"""Add an entry.

	:param row: fields of Client Disclosure
	"""
	doc = frappe.get_doc({"doctype": DISCLOSURE, **row})
	doc.flags.by_gate = True
	doc.insert(ignore_permissions=True)


def hold_back(email_queue: str, why: str) -> None:
	"""Mark entries of a queued message that was not sent after all; it may have been sent to some of its recipients."""
	sent_to = {
		domains.normal_address(address)
		for address in frappe.get_all(
			"Email Queue Recipient", {"parent": email_queue, "status": "Sent"}, pluck="recipient"
		)
	}
	waiting = [
		row.name
		for row in frappe.get_all(DISCLOSURE, {"email_queue": email_queue}, ["name", "recipient"])
		if domains.normal_address(row.recipient) not in sent_to
	]
	if waiting:
		held = {"outcome": HELD_BACK, "reason": why}
		frappe.db.set_value(DISCLOSURE, {"name": ("in", waiting)}, held, update_modified=False)
		ledger.record_states(DISCLOSURE, waiting)
