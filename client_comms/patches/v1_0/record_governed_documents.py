"""The ledger begins to know what the documents say that decide about access and consent.

Continues where it stopped: what is recorded is not recorded again.
"""

import frappe

from client_comms.ledger import following


def execute():
	# nosemgrep: frappe-manual-commit (a patch that is stopped loses at most one chunk)
	following.record_missing(frappe.db.commit)
