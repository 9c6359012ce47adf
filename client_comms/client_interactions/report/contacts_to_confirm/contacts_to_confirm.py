"""Contacts whose details have not been confirmed for a while, or who do not speak for their client yet (D-4)."""

from datetime import date

import frappe
from frappe import _
from frappe.utils import date_diff, getdate

from client_comms import clock
from client_comms.client_privacy import client_data
from client_comms.clients import confirmation, parties
from client_comms.enforcement import link_options

READER = "Sales User"
SHOWN = 1000
_FIELDS = (
	"name",
	"full_name",
	"email_id",
	"phone",
	"mobile_no",
	"details_confirmed_on",
	"verified_how",
	"creation",
)


def execute(filters=None):
	"""The clients' contacts that the user can read, the longest unconfirmed first.

	:param filters: `party_type`
	"""
	filters = frappe._dict(filters or {})
	if not link_options.is_open("Contact"):
		message = _(
			"Your roles do not let you read contacts. Ask for an ERPNext role that does, such as {0}."
		)
		return columns(), [], message.format(_(READER))
	day = client_data.due_before()
	message = (
		None if day else _("Confirming client details regularly is switched off in Client Comms Settings.")
	)
	found = rows(day, filters.party_type)
	if not found:
		message = " ".join(filter(None, (_("No contact needs to be confirmed now."), message)))
	if len(found) > SHOWN:
		first = _(
			"The {0} that have not been confirmed for longest are shown. Confirm these, and others follow."
		)
		message = " ".join(filter(None, (first.format(SHOWN), message)))
	return columns(), found[:SHOWN], message


def rows(day, party_type: str | None = None) -> list[dict]:
	"""One row per contact that was last confirmed (or, if never, created) before `day`, or of which it is not confirmed that it
	speaks for its client, the longest unconfirmed first; one more than `SHOWN`, if there are so many.
	"""
	types = [party_type] if party_type else list(parties.PARTY_TYPES)
	contacts = sorted(_contacts(day, types).values(), key=lambda each: (_since(each), each.name))[: SHOWN + 1]
	names = [contact.name for contact in contacts]
	unconfirmed, clients = _unconfirmed(names, types), parties.of_contacts(names)
	readable = _readable(clients.values())
	today, found = clock.now().date(), []
	for contact in contacts:
		client = clients.get(contact.name)
		shown = client and (client.party_type, client.party) in readable
		found.append(
			{
				"contact": contact.name,
				"full_name": contact.full_name,
				"party_type": client.party_type if shown else None,
				"party": client.party if shown else None,
				"email_id": contact.email_id,
				"phone": contact.mobile_no or contact.phone,
				"details_confirmed_on": contact.details_confirmed_on,
				"verified_how": contact.verified_how,
				"days": date_diff(today, _since(contact)),
				"unconfirmed": int(contact.name in unconfirmed),
				"why": _why(contact.name in unconfirmed, day and _since(contact) < day),
			}
		)
	return found


def _why(unconfirmed: bool, due: bool) -> str:
	reasons = (
		unconfirmed and _("It is not confirmed that they speak for the client."),
		due and _("Their details have not been confirmed for long."),
	)
	return " ".join(filter(None, reasons))


def _since(contact) -> date:
	return getdate(contact.details_confirmed_on or contact.creation)


def _contacts(day, types: list[str]) -> dict[str, frappe._dict]:
	"""Of each reason to be in the report the contacts that are first: of those confirmed before, and of those that never were."""
	reasons = [
		[[table, "name", "is", "set"], [table, parties.CONFIRMED_ON, "is", "not set"]]
		for table in confirmation.ROWS
	]
	found = {}
	for state, since in (("set", "details_confirmed_on"), ("not set", "creation")):
		which = [
			["Dynamic Link", "link_doctype", "in", types],
			["Contact", "details_confirmed_on", "is", state],
		]
		overdue = [[["Contact", since, "<", day]]] if day else []
		for reason in (*overdue, *reasons):
			found |= _first([*which, *reason], since)
	return found


def _first(filters: list, since: str) -> dict[str, frappe._dict]:
	"""A contact stands in as many rows as it has links and addresses: made distinct by the database, all of them would be sorted."""
	found, start = {}, 0
	while len(found) <= SHOWN and (
		rows := frappe.get_list(
			"Contact",
			filters=filters,
			fields=_FIELDS,
			order_by=f"`tabContact`.`{since}` asc, `tabContact`.`name` asc",
			limit_start=start,
			limit_page_length=SHOWN + 1,
		)
	):
		found |= {row.name: row for row in rows}
		start += len(rows)
	return found


def _unconfirmed(contacts: list[str], types: list[str]) -> set[str]:
	"""Those of the contacts with a client, an address or a number that is not confirmed."""
	found: set[str] = set()
	for table in confirmation.ROWS:
		which = {"parenttype": "Contact", "parent": ("in", contacts), parties.CONFIRMED_ON: ("is", "not set")}
		if table == "Dynamic Link":
			which["link_doctype"] = ("in", types)
		found |= set(frappe.get_all(table, which, pluck="parent", order_by=None))
	return found


def _readable(clients) -> set[tuple[str, str]]:
	"""The clients that the user can read, as (DocType, name)."""
	names: dict[str, set[str]] = {}
	for client in clients:
		names.setdefault(client.party_type, set()).add(client.party)
	return {
		(party_type, name)
		for party_type, wanted in names.items()
		if frappe.has_permission(party_type, "read")
		for name in frappe.get_list(
			party_type, {"name": ("in", list(wanted))}, pluck="name", order_by=None, limit=0
		)
	}


def columns() -> list[dict]:
	return [
		{
			"fieldname": "contact",
			"label": _("Contact"),
			"fieldtype": "Link",
			"options": "Contact",
			"width": 200,
		},
		{"fieldname": "full_name", "label": _("Name"), "fieldtype": "Data", "width": 160},
		{
			"fieldname": "party_type",
			"label": _("Client Type"),
			"fieldtype": "Data",
			"in_words": 1,
			"width": 110,
		},
		{
			"fieldname": "party",
			"label": _("Client"),
			"fieldtype": "Dynamic Link",
			"options": "party_type",
			"width": 180,
		},
		{"fieldname": "email_id", "label": _("Email"), "fieldtype": "Data", "width": 200},
		{"fieldname": "phone", "label": _("Phone"), "fieldtype": "Data", "width": 140},
		{
			"fieldname": "details_confirmed_on",
			"label": _("Details Confirmed On"),
			"fieldtype": "Date",
			"width": 150,
		},
		{
			"fieldname": "verified_how",
			"label": _("Verification Method"),
			"fieldtype": "Data",
			"in_words": 1,
			"width": 140,
		},
		{"fieldname": "days", "label": _("Days Unconfirmed"), "fieldtype": "Int", "width": 140},
		{"fieldname": "why", "label": _("Why"), "fieldtype": "Data", "width": 360},
	]
