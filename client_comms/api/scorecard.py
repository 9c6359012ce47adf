"""The scorecard of the procedure (R-3)."""

from datetime import date, datetime

import frappe

from client_comms.roles import require_configuring_or_auditing
from client_comms.scorecard import card

Day = str | date | datetime | None


@frappe.whitelist()
@frappe.read_only()
def scorecard(since: Day = None, until: Day = None) -> dict:
	"""The clauses with their state, controls and figures, for a period.

	:param since: first day, and `until` last day, in the site's time zone; by default the last 30 days
	:returns: see `scorecard.card.of`
	:raises frappe.PermissionError: the caller is neither a Compliance Officer nor a Client Communications Manager
	"""
	require_configuring_or_auditing()
	return card.of(since, until)


@frappe.whitelist(methods=["POST"])
def scorecard_snapshot(since: Day = None, until: Day = None) -> str:
	"""Store the current scorecard for printing; returns the name of the snapshot."""
	require_configuring_or_auditing()
	return card.take_snapshot(since, until).name
