"""The disclosure register: what was sent, at which level, to whom, on which basis (P-2).

It is written only by the gate, in the transaction in which something is sent.
"""

from collections.abc import Iterable

import frappe

from client_comms import clock

DISCLOSURE = "Client Disclosure"
OWN_INFORMATION, CONSENT, REASON_GIVEN, NOT_REQUIRED = (
	"Own Information",
	"Consent",
	"Reason Given",
	"Not Required",
)
SENT, HELD_BACK = "Sent", "Held Back"


def write(rows: Iterable[dict]) -> None:
	"""Add entries; each row holds fields of Client Disclosure."""
	for row in rows:
		doc = frappe.get_doc(
			{
				"doctype": DISCLOSURE,
				"disclosed_on": clock.now(),
				"disclosed_by": frappe.session.user,
				"outcome": SENT,
				**row,
			}
		)
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
