"""Leads from a web form, the desk or an integration (D-1, F-1); one created by an email is logged with the email."""

from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import clock, transactions
from client_comms.clients import confirmation, parties, phone_numbers
from client_comms.clients.addresses import bare_address, spellings
from client_comms.intake import arrivals, new_documents
from client_comms.rules import response_clock

INTERACTION = "Client Interaction"
# A call that is logged within this time after its lead was created is the same interaction.
_TYPED_MEANWHILE = timedelta(hours=1)
_CALLS = 100


def after_insert(doc, method=None):
	"""Log a new lead."""
	if arrivals.is_wanted("log_leads"):
		new_documents.log_new(doc, log)


def log(doc):
	"""Log the lead as an inquiry, or as the client of the open conversation that its address or number started."""
	if doc.email_id and parties.is_own(doc.email_id):
		return None
	if interaction := _of_unknown_client(doc) or _of_unknown_caller(doc):
		interaction.update({"party_type": doc.doctype, "party": doc.name})
		interaction.contact = interaction.contact or _contact(doc)
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


def _of_unknown_client(lead):
	"""The open conversation of an unknown client with the lead's address."""
	if not lead.email_id or confirmation.is_claimed((lead.doctype, lead.name), lead.email_id):
		return None
	contacts = frappe.get_all(
		"Contact Email",
		{"email_id": ("in", spellings([bare_address(lead.email_id)])), "parenttype": "Contact"},
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
		order_by="occurred_on desc, name desc",
	)
	return transactions.locked(INTERACTION, found) if found else None


def _of_unknown_caller(lead):
	"""The open conversation that started with a call from the lead's number while the caller was unknown."""
	numbers = {phone_numbers.normalised(lead.get(field)) for field in ("mobile_no", "phone")} - {None}
	if not numbers or confirmation.is_claimed((lead.doctype, lead.name), None):
		return None
	interaction, call = frappe.qb.DocType(INTERACTION), frappe.qb.DocType("Call Log")
	calls = (
		frappe.qb.from_(interaction)
		.join(call)
		.on(call.client_interaction == interaction.name)
		.select(interaction.name, call["from"])
		.where(interaction.party.isnull() & interaction.contact.isnull())
		.where(interaction.status != response_clock.STATUS_CLOSED)
		.orderby(interaction.occurred_on, order=frappe.qb.desc)
		.limit(_CALLS)
	).run()
	found = next((name for name, number in calls if phone_numbers.normalised(number) in numbers), None)
	return transactions.locked(INTERACTION, found) if found else None


def _contact(lead) -> str | None:
	link = {"parenttype": "Contact", "link_doctype": lead.doctype, "link_name": lead.name}
	return frappe.db.get_value("Dynamic Link", link, "parent")


def replace_opened(doc, method=None):
	"""`after_insert` of Client Interaction: a call that staff log, and the lead that they created during it, are one interaction (D-1).

	The interaction of the lead is replaced if nothing has happened to it; the log is about the lead from now on.
	"""
	if doc.flags.from_intake or doc.party_type != "Lead" or doc.direction != "Inbound":
		return
	about = {"reference_doctype": doc.party_type, "reference_name": doc.party}
	opened = frappe.db.get_value(
		INTERACTION,
		{
			**about,
			"name": ("!=", doc.name),
			"owner": frappe.session.user,
			"status": response_clock.STATUS_OPEN,
			"creation": (">=", clock.now() - _TYPED_MEANWHILE),
		},
	)
	if not opened or not _is_untouched(transactions.locked(INTERACTION, opened)):
		return
	if not doc.reference_name:
		doc.db_set(about, update_modified=False)
	frappe.delete_doc(INTERACTION, opened, force=True, ignore_permissions=True)
	doc.add_comment("Info", _("Replaces {0}, which the new lead had opened.").format(opened))


def _is_untouched(doc) -> bool:
	"""Whether nothing has happened since the lead opened it."""
	return (
		[row.event for row in doc.events] == [arrivals.LOGGED, response_clock.RECEIVED]
		and doc.events[1].source_doctype == "Lead"
		and not doc.evidence
		and not doc.action_items
	)
