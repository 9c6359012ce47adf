"""Leads from a web form, the desk or an integration (D-1, F-1); one created by an email is logged with the email."""

import frappe
from frappe.utils import get_datetime

from client_comms.clients import parties
from client_comms.intake import arrivals, new_documents
from client_comms.rules import response_clock

INTERACTION = "Client Interaction"


def after_insert(doc, method=None):
	"""Log a new lead."""
	if arrivals.is_wanted("log_leads"):
		new_documents.log_new(doc, log)


def log(doc):
	"""Log the lead as an inquiry, or as the client of the open conversation that its address started."""
	if doc.email_id and parties.is_own(doc.email_id):
		return None
	if interaction := _of_unknown_client(doc.email_id):
		interaction.update({"party_type": doc.doctype, "party": doc.name})
		interaction.save_by_app()
		return interaction
	return arrivals.open_new(
		arrivals.Arrival(
			document=doc,
			source=doc.doctype,
			channel=new_documents.channel(),
			subject=doc.title or doc.lead_name,
			content="<br>".join(row.note or "" for row in doc.get("notes")) or doc.title or doc.lead_name,
			sender=doc.email_id,
			sender_name=doc.lead_name,
			at=get_datetime(doc.creation),
			reference_doctype=doc.doctype,
			reference_name=doc.name,
			company=doc.company,
			client=parties.Client(
				doc.doctype, doc.name, parties.contact_of_address(doc.email_id or ""), doc.lead_name
			),
		)
	)


def _of_unknown_client(address: str | None):
	"""The open conversation of an unknown client with this address."""
	contacts = address and frappe.get_all(
		"Contact Email",
		{"email_id": address, "parenttype": "Contact"},
		pluck="parent",
		order_by="creation asc",
	)
	found = contacts and frappe.db.get_value(
		INTERACTION,
		{
			"contact": ("in", contacts),
			"party": ("is", "not set"),
			"status": ("!=", response_clock.STATUS_CLOSED),
		},
		order_by="occurred_on desc",
	)
	return frappe.get_doc(INTERACTION, found, for_update=True) if found else None
