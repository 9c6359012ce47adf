"""Who owes what to whom, and by when (C-3, C-4, F-2)."""

import frappe
from frappe import _

from client_comms import clock
from client_comms.client_interactions import owed, reporting
from client_comms.client_interactions.due_words import due_words
from client_comms.communication_governance import calendars


def execute(filters=None):
	"""Owed items that the user can read, due by the end of a day, including overdue ones.

	:param filters: `staff` (User; everyone if empty), `until` (date; no limit if empty)
	"""
	filters = frappe._dict(filters or {})
	until = calendars.end_of(clock.parse_day(filters.until)) if filters.until else None
	items = owed.owed(filters.staff, until, owed.MOST + 1)
	message = (
		reporting.in_files()
		if items
		else _("Nothing is owed by this day. Choose a later day, or empty the filters.")
	)
	if len(items) > owed.MOST:
		shown = _("The {0} most urgent are shown. Choose a user, or an earlier day, to see others.")
		message = f"{shown.format(owed.MOST)} {message}"
	shown = items[: owed.MOST]
	names = reporting.names_of_staff(item.staff for item in shown)
	rows = [
		{
			"client": item.interaction.party_name,
			"what": owed.label(item.what),
			"due": item.due,
			"late": owed.is_late(item),
			"words": due_words(item.due, item.interaction.company),
			"subject": item.subject,
			"staff": item.staff,
			"staff_name": names.get(item.staff),
			"level": item.interaction.confidentiality_level,
			"interaction": item.interaction.name,
		}
		for item in shown
	]
	return columns(), rows, message


def columns() -> list[dict]:
	return [
		{"fieldname": "client", "label": _("Client"), "fieldtype": "Data", "width": 180},
		{"fieldname": "what", "label": _("Owed"), "fieldtype": "Data", "width": 160},
		{"fieldname": "due", "label": _("Due"), "fieldtype": "Datetime", "width": 320},
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
			"label": _("Level", context="Confidentiality Level"),
			"fieldtype": "Link",
			"options": "Confidentiality Level",
			"width": 100,
		},
		{"fieldname": "staff", "label": _("Staff"), "fieldtype": "Link", "options": "User", "width": 170},
	]
