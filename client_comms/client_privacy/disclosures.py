"""The disclosure register: what was sent, at which level, to whom, on which basis (P-2).

`outgoing.register` decides what it says.
"""

import frappe

from client_comms import ledger

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
	"""Mark entries of a queued message that was not sent after all."""
	table = frappe.qb.DocType(DISCLOSURE)
	(
		frappe.qb.update(table)
		.set(table.outcome, HELD_BACK)
		.set(table.reason, why)
		.where(table.email_queue == email_queue)
	).run()
	ledger.record_states(DISCLOSURE, frappe.get_all(DISCLOSURE, {"email_queue": email_queue}, pluck="name"))
