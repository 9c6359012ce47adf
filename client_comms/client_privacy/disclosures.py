"""The disclosure register: what was sent, at which level, to whom, on which basis (P-2).

Only `outgoing.register` writes it, in the transaction in which something is sent.
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
