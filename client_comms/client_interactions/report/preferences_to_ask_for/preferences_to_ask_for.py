"""Clients of whom it is not on record how they want to be contacted, and whom to ask (C-1)."""

import heapq

import frappe
from frappe import _
from frappe.query_builder.functions import Max
from frappe.utils import getdate

from client_comms.client_interactions import reporting
from client_comms.client_interactions.reporting import Grouping
from client_comms.client_privacy import links
from client_comms.clients import preferences

SHOWN = 1000
Client = tuple[str, str]


def execute(filters=None):
	"""The clients with an interaction in a period and no preference, those with the latest first.

	Only interactions that the user can read count: no other client is named.

	:param filters: see `reporting.conditions`
	"""
	active = reporting.clients_met(reporting.conditions(frappe._dict(filters or {})))
	missing = preferences.missing_of(active)
	shown = heapq.nlargest(SHOWN, missing, key=lambda client: (active[client][1], client))
	return columns(), _rows(shown, active), _message(len(active), len(missing))


def _rows(shown: list[Client], active: dict[Client, tuple]) -> list[dict]:
	names = Grouping(reporting.CLIENT).labels(shown)
	asked = _asked(shown)
	return [
		{
			"client_name": names[client],
			"party_type": client[0],
			"party": client[1],
			"interactions": active[client][0],
			"last": getdate(active[client][1]),
			"asked_on": asked.get(client),
			"ask": None,
		}
		for client in shown
	]


def _asked(clients: list[Client]) -> dict[Client, object]:
	"""Client → the day on which they last got a link to their preferences."""
	if not clients:
		return {}
	link = frappe.qb.DocType(links.LINK)
	rows = (
		frappe.qb.from_(link)
		.select(link.party_type, link.party, Max(link.creation))
		.where((link.kind == links.PREFERENCES) & link.party.isin([name for _kind, name in clients]))
		.groupby(link.party_type, link.party)
	).run()
	return {(kind, name): getdate(last) for kind, name, last in rows}


def _message(active: int, missing: int) -> str:
	if not active:
		return _("There was no interaction with a known client in this period. Choose a longer one.")
	if not missing:
		return _("All clients with an interaction in this period have a preference on record.")
	said = _("Of {0} clients with an interaction in this period, {1} have no preference on record.")
	parts = [said.format(active, missing)]
	if missing > SHOWN:
		parts.append(
			_("The {0} whom you were in contact with last are shown. Ask these, and others follow.").format(
				SHOWN
			)
		)
	return " ".join(parts)


def columns() -> list[dict]:
	return [
		{"fieldname": "client_name", "label": _("Client Name"), "fieldtype": "Data", "width": 200},
		{
			"fieldname": "party_type",
			"label": _("Client Type"),
			"fieldtype": "Data",
			"in_words": 1,
			"width": 100,
		},
		{
			"fieldname": "party",
			"label": _("Client"),
			"fieldtype": "Dynamic Link",
			"options": "party_type",
			"width": 200,
		},
		{"fieldname": "last", "label": _("Last Interaction"), "fieldtype": "Date", "width": 150},
		{"fieldname": "interactions", "label": _("Interactions"), "fieldtype": "Int", "width": 105},
		{"fieldname": "asked_on", "label": _("Asked On"), "fieldtype": "Date", "width": 105},
		{"fieldname": "ask", "label": "", "fieldtype": "Data", "width": 150, "on_screen": 1},
	]
