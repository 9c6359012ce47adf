"""Verifies the compliance ledger (P-2, R-3)."""

import frappe

from client_comms import clock, ledger
from client_comms.roles import require_configuring_or_auditing


@frappe.whitelist()
def verify_ledger(since: str | None = None, until: str | None = None) -> dict:
	"""Verify the entries, their order and the checkpoints of the ledger, and report every fault.

	:param since: start at the last checkpoint before the entries from this moment on (site time zone)
	:param until: stop at the last entry of this moment
	:returns: `{"ok": bool, "checked": int, "first_fault": fault or None, "faults": [{"sequence", "last", "name", "doctype",
	    "fault", "message"}, …], "by_doctype": {DocType: number}, "waiting": int, "is_behind": bool}`; waiting entries get their
	    place in the tree within minutes
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	return ledger.verify(since and clock.parse(since), until and clock.parse(until))
