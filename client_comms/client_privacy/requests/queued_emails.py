"""Emails to the client in Frappe's queue (P-2): sent, given up, or still waiting, about whichever document.

What is about a record of the client goes with that. The rest is an invoice, a newsletter, or about nothing; Frappe would send what waits, to an
address that is erased. It goes before everything else.
"""

from collections.abc import Iterator

import frappe
from frappe import _

from client_comms.client_privacy.requests.subjects import Subject
from client_comms.enforcement import legal_holds
from client_comms.rules.retention import DELETE, KEEP

QUEUE, RECIPIENT = "Email Queue", "Email Queue Recipient"


def planned(subject: Subject) -> Iterator[tuple[str, str, str, str]]:
	"""What happens to them: DocType, name, action, reason. Of an email that others get as well, only the client's row goes."""
	rows = _rows({"recipient": ("in", list(subject.addresses))}) if subject.addresses else []
	emails = sorted({row.parent for row in rows})
	held = legal_holds.of_each(QUEUE, emails)
	for_others = {row.parent for row in _rows({"parent": ("in", emails)}) if not _is_of(subject, row)}
	for name in emails:
		if hold := held.get(name):
			yield QUEUE, name, KEEP, legal_holds.stored_sentence(hold)
		elif name not in for_others:
			yield QUEUE, name, DELETE, _("An email to the client")
	for row in rows:
		if row.parent in for_others and row.parent not in held:
			yield RECIPIENT, row.name, DELETE, _("An email that others get as well")


def _rows(filters: dict) -> list:
	fields = ["name", "parent", "recipient"]
	return frappe.get_all(RECIPIENT, {"parenttype": QUEUE, **filters}, fields, order_by="name asc")


def _is_of(subject: Subject, row) -> bool:
	return (row.recipient or "").strip().lower() in subject.addresses
