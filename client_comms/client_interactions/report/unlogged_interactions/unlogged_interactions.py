"""Emails, calls and events with clients that are not logged, and documents that could not be logged (D-1)."""

import frappe
from frappe import _
from frappe.utils import format_datetime, get_datetime

from client_comms import clock
from client_comms.intake import unlogged, unlogged_clients


def execute(filters=None):
	"""Unlogged documents: everyone's for users responsible for logging, their own for all others.

	:param filters: `from_date`, `to_date` (dates), `staff` (User; everyone if empty)
	"""
	filters = frappe._dict(filters or {})
	start = get_datetime(clock.parse_day(filters.from_date)) if filters.from_date else unlogged.since()
	end = clock.end_of(filters.to_date) if filters.to_date else None
	found = unlogged.find(start, end, filters.staff)
	names = unlogged_clients.client_names(found.rows)
	return columns(), [row(each, names) for each in found.rows], _message(found)


def _message(found: unlogged.Found) -> str | None:
	if len(found.rows) == unlogged.LIMIT:
		return _("Only the newest {0} are shown. Choose a shorter period to see others.").format(
			unlogged.LIMIT
		)
	if found.looked_back_to:
		return _(
			"What came before {0} was not looked through. Choose a period that ends then to see others."
		).format(format_datetime(found.looked_back_to))
	return None if found.rows else _("Everything in this period is logged. Choose a longer one to see more.")


def row(each: unlogged.Unlogged, names: dict) -> dict:
	client = each.client
	return {
		"kind": each.kind,
		"at": each.at,
		"ago": int((clock.now() - each.at).total_seconds()) // 60 * 60,
		"client_name": names.get((client.party_type, client.party)) or client.party or each.sender,
		"party_type": client.party_type,
		"party": client.party,
		"staff": each.staff,
		"subject": each.subject or "",
		"reason": each.reason or "",
		"reference_doctype": each.doctype,
		"reference_name": each.name,
	}


def columns() -> list[dict]:
	return [
		{"fieldname": "log", "label": "", "fieldtype": "Data", "width": 70, "on_screen": 1},
		{"fieldname": "kind", "label": _("What"), "fieldtype": "Data", "width": 80},
		{"fieldname": "at", "label": _("When"), "fieldtype": "Datetime", "width": 155},
		{"fieldname": "ago", "label": _("How Long Ago"), "fieldtype": "Duration", "width": 132},
		{"fieldname": "client_name", "label": _("Client Name"), "fieldtype": "Data", "width": 190},
		{
			"fieldname": "subject",
			"label": _("Subject"),
			"fieldtype": "Data",
			"align": "left",
			"width": 220,
		},
		{
			"fieldname": "reason",
			"label": _("Could Not Be Logged"),
			"fieldtype": "Data",
			"align": "left",
			"width": 318,
		},
		{"fieldname": "staff", "label": _("Staff"), "fieldtype": "Link", "options": "User", "width": 180},
		{
			"fieldname": "party",
			"label": _("Client"),
			"fieldtype": "Dynamic Link",
			"options": "party_type",
			"width": 170,
		},
		{
			"fieldname": "reference_name",
			"label": _("Document"),
			"fieldtype": "Dynamic Link",
			"options": "reference_doctype",
			"width": 140,
		},
	]
