"""The calendar of deadlines (C-3, C-4)."""

import frappe
from frappe import _

from client_comms import clock, validation

INTERACTION = "Client Interaction"


@frappe.whitelist()
def get_events(
	doctype: str, start: str, end: str, filters: str | list | None = None, **arguments
) -> list[dict]:
	"""Interactions that the user can read and whose next deadline is in the period, for the calendar view.

	:param start, end: days or moments in the site's time zone, `end` excluded
	:param filters: those of the list
	:returns: rows with `name`, `title`, `next_deadline`, `status`, `overdue`
	"""
	rows = frappe.get_list(
		INTERACTION,
		filters=[
			*validation.require_list(_("Filters"), filters),
			[INTERACTION, "next_deadline", ">=", clock.parse(start)],
			[INTERACTION, "next_deadline", "<", clock.parse(end)],
		],
		fields=["name", "subject", "party_name", "next_deadline", "status"],
		order_by="next_deadline asc",
		limit=0,
	)
	now = clock.now()
	return [
		{
			**row,
			"title": ": ".join(filter(None, (row.party_name, row.subject))),
			"overdue": row.next_deadline < now,
		}
		for row in rows
	]
