"""Who owes whom what by when (C-3, C-4, F-2)."""

import frappe
from frappe import _

from client_comms.client_interactions import owed


def execute(filters=None):
	"""Debts that the user may read, due up to the end of a day, overdue ones included.

	:param filters: `staff` (User; everybody when empty), `until` (date; no limit when empty)
	"""
	filters = frappe._dict(filters or {})
	until = owed.end_of(filters.until) if filters.until else None
	debts = owed.owed(filters.staff, until)
	return columns(), [
		{
			"client": debt.interaction.party_name,
			"what": owed.label(debt.what),
			"due": debt.due,
			"overdue_by": owed.overdue_seconds(debt) // 60 * 60,
			"subject": debt.subject,
			"staff": debt.staff,
			"level": debt.interaction.confidentiality_level,
			"interaction": debt.interaction.name,
		}
		for debt in debts
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
