"""The disclosure register: what was sent, at which level, to whom, on which basis (P-2).

`outgoing.register` decides what it says.
"""

from collections.abc import Iterable

import frappe
from frappe.utils import create_batch

from client_comms import ledger
from client_comms.rules import domains

DISCLOSURE = "Client Disclosure"
_CHUNK = 1000  # queued messages
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
	_, waiting = _by_arrival([email_queue])
	_set([row.name for row in waiting], {"outcome": HELD_BACK, "reason": why})


def held_back(messages: Iterable[str]) -> dict[str, str]:
	"""Message → why the gate kept it from some of its recipients, or all; one query at most."""
	about = {"communication": ("in", list(messages)), "outcome": HELD_BACK}
	if not about["communication"][1]:
		return {}
	rows = frappe.get_all(DISCLOSURE, about, ["communication", "reason"], order_by="creation asc")
	return {row.communication: row.reason for row in rows}


def settle(email_queues: Iterable[str], *, has_failed: bool) -> None:
	"""Make the entries of queued messages say to whom these were sent, as their recipients do; a few queries for each thousand.

	:param has_failed: they are not sent to the others any more; otherwise they may be
	"""
	for names in create_batch(list(email_queues), _CHUNK):
		reached, waiting = _by_arrival(names)
		_set([row.name for row in reached if row.outcome != SENT], {"outcome": SENT})
		if has_failed:
			_set([row.name for row in waiting if row.outcome == SENT], {"outcome": NOT_SENT})


def take_out(recipients: list[str]) -> None:
	"""Rows of recipients are about to be deleted: what these have not got by now, they do not get.

	:param recipients: names of Email Queue Recipient
	"""
	waiting = {"name": ("in", recipients), "status": ("!=", SENT)}
	for row in frappe.get_all("Email Queue Recipient", waiting, ["parent", "recipient"], order_by=None):
		about = {"email_queue": row.parent, "recipient": row.recipient, "outcome": SENT}
		_set(frappe.get_all(DISCLOSURE, about, pluck="name", order_by=None), {"outcome": NOT_SENT})


def _by_arrival(email_queues: list[str]) -> tuple[list, list]:
	"""The entries of queued messages: those of recipients to whom they were sent, and the others."""
	entries = frappe.get_all(
		DISCLOSURE,
		{"email_queue": ("in", email_queues)},
		["name", "recipient", "outcome", "email_queue"],
		order_by=None,
	)
	arrived = {"parent": ("in", {row.email_queue for row in entries}), "status": "Sent"}
	sent_to = {
		(row.parent, domains.normal_address(row.recipient))
		for row in (
			frappe.get_all("Email Queue Recipient", arrived, ["parent", "recipient"], order_by=None)
			if entries
			else ()
		)
	}
	reached, waiting = [], []
	for row in entries:
		is_sent = (row.email_queue, domains.normal_address(row.recipient)) in sent_to
		(reached if is_sent else waiting).append(row)
	return reached, waiting


def _set(names: list[str], values: dict) -> None:
	if names:
		frappe.db.set_value(DISCLOSURE, {"name": ("in", names)}, values, update_modified=False)
		ledger.record_states(DISCLOSURE, names)
