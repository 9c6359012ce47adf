"""Who owes what to whom, and by when (C-3, C-4, F-2)."""

import frappe
from frappe import _

from client_comms.client_interactions import owed


def execute(filters=None):
	"""Owed items that the user can read, due by the end of a day, including overdue ones.

	:param filters: `staff` (User; everyone if empty), `until` (date; no limit if empty)
	"""
	filters = frappe._dict(filters or {})
	until = owed.end_of(filters.until) if filters.until else None
	items = owed.owed(filters.staff, until)
	return columns(), [
		{
			"client": item.interaction.party_name,
			"what": owed.label(item.what),
			"due": item.due,
			"overdue_by": owed.overdue_seconds(item) // 60 * 60,
			"subject": item.subject,
			"staff": item.staff,
			"level": item.interaction.confidentiality_level,
			"interaction": item.interaction.name,
		}
		for item in items
	]


def columns() -> list[dict]:
	return [
		{"fieldname": "client", "label": _("Client"), "fieldtype": "Data", "width": 180},
		{"fieldname": "what", "label": _("Owed"), "fieldtype": "Data", "width": 130},
		{"fieldname": "due", "label": _("Due"), "fieldtype": "Datetime", "width": 140},
		{"fieldname": "overdue_by", "label": _("Overdue By"), "fieldtype": "Duration", "width": 120},
		{
			"fieldname": "interaction",
			"label": _("Client Interaction"),
			"fieldtype": "Link",
			"options": "Client Interaction",
			"width": 140,
		},
		{"fieldname": "subject", "label": _("Subject"), "fieldtype": "Data", "width": 220},
		{
			"fieldname": "level",
			"label": _("Level"),
			"fieldtype": "Link",
			"options": "Confidentiality Level",
			"width": 100,
		},
		{"fieldname": "staff", "label": _("Staff"), "fieldtype": "Link", "options": "User", "width": 170},
	]
