"""Contacts whose details have not been confirmed for a while, or who do not speak for their client yet (D-4)."""

import frappe
from frappe import _
from frappe.utils import date_diff, getdate

from client_comms import clock
from client_comms.client_privacy import client_data
from client_comms.clients import confirmation, parties
from client_comms.enforcement import link_options

READER = "Sales User"


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
	return columns(), found, message


def rows(day, party_type: str | None = None) -> list[dict]:
	"""One row per contact that was last confirmed (or, if never, created) before `day`, or of which it is not confirmed that it
	speaks for its client; one query per client type.
	"""
	links = ["Dynamic Link", "link_doctype", "in", [party_type] if party_type else list(parties.PARTY_TYPES)]
	fields = ["name", "full_name", "email_id", "phone", "mobile_no", "details_confirmed_on", "verified_how"]
	fields.append("creation")

	def found_by(*conditions) -> dict[str, dict]:
		filters = [links, *conditions]
		return {
			row.name: row
			for row in frappe.get_list("Contact", filters=filters, fields=fields, order_by=None, limit=0)
		}

	contacts = {}
	if day:
		contacts |= found_by(["details_confirmed_on", "is", "set"], ["details_confirmed_on", "<", day])
		contacts |= found_by(["details_confirmed_on", "is", "not set"], ["creation", "<", day])
	unconfirmed = {}
	for table in confirmation.ROWS:
		unconfirmed |= found_by([table, "name", "is", "set"], [table, parties.CONFIRMED_ON, "is", "not set"])
	contacts |= unconfirmed
	clients = parties.of_contacts(contacts)
	readable = _readable(clients.values())
	today, found = clock.now().date(), []
	for name, contact in contacts.items():
		client = clients.get(name)
		since = getdate(contact.details_confirmed_on or contact.creation)
		shown = client and (client.party_type, client.party) in readable
		found.append(
			{
				"contact": name,
				"full_name": contact.full_name,
				"party_type": client.party_type if shown else None,
				"party": client.party if shown else None,
				"email_id": contact.email_id,
				"phone": contact.mobile_no or contact.phone,
				"details_confirmed_on": contact.details_confirmed_on,
				"verified_how": contact.verified_how,
				"days": date_diff(today, since),
				"unconfirmed": int(name in unconfirmed),
			}
		)
	return sorted(found, key=lambda each: (-each["days"], each["contact"]))


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
		{"fieldname": "party_type", "label": _("Client Type"), "fieldtype": "Data", "width": 110},
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
		{"fieldname": "verified_how", "label": _("Verification Method"), "fieldtype": "Data", "width": 140},
		{"fieldname": "days", "label": _("Days Unconfirmed"), "fieldtype": "Int", "width": 140},
	]
