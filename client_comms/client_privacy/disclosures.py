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
# Held Back: a rule of this app stopped it. Not Sent: the mail server or an error did, or the email was deleted.
SENT, HELD_BACK, NOT_SENT = "Sent", "Held Back", "Not Sent"

WAITING = ("Not Sent", "Partially Sent")  # statuses of a row of the Email Queue that Frappe will still send


def enter(row: dict) -> None:
	"""Add an entry.

	:param row: fields of Client Disclosure
	"""
	doc = frappe.get_doc({"doctype": DISCLOSURE, **row})
	doc.flags.by_gate = True
	doc.insert(ignore_permissions=True)


def hold_back(email_queue: str, why: str) -> None:
	"""Mark entries of a queued message that was not sent after all; it may have been sent to some of its recipients."""
	_, waiting = _by_arrival(email_queue)
	_set([row.name for row in waiting], {"outcome": HELD_BACK, "reason": why})


def settle(email_queue: str, *, has_failed: bool) -> None:
	"""Make the entries of a queued message say to whom it was sent, as its recipients do.

	:param has_failed: it is not sent to the others any more; otherwise it may be
	"""
	reached, waiting = _by_arrival(email_queue)
	_set([row.name for row in reached if row.outcome != SENT], {"outcome": SENT})
	if has_failed:
		_set([row.name for row in waiting if row.outcome == SENT], {"outcome": NOT_SENT})


def _by_arrival(email_queue: str) -> tuple[list, list]:
	"""The entries of a queued message: those of recipients to whom it was sent, and the others."""
	sent_to = {
		domains.normal_address(address)
		for address in frappe.get_all(
			"Email Queue Recipient", {"parent": email_queue, "status": "Sent"}, pluck="recipient"
		)
	}
	reached, waiting = [], []
	for row in frappe.get_all(DISCLOSURE, {"email_queue": email_queue}, ["name", "recipient", "outcome"]):
		(reached if domains.normal_address(row.recipient) in sent_to else waiting).append(row)
	return reached, waiting


def _set(names: list[str], values: dict) -> None:
	if names:
		frappe.db.set_value(DISCLOSURE, {"name": ("in", names)}, values, update_modified=False)
		ledger.record_states(DISCLOSURE, names)
