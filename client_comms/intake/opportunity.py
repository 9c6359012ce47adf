"""Opportunities from the desk or an integration (D-1, F-1)."""

from frappe.utils import get_datetime

from client_comms.clients import parties
from client_comms.enforcement import governed
from client_comms.intake import arrivals, new_documents, threads
from client_comms.rules import response_clock


def after_insert(doc, method=None):
	"""Log a new opportunity."""
	if arrivals.is_wanted("log_opportunities"):
		new_documents.log_new(doc, log)


def log(doc):
	"""Log the opportunity as an inquiry; one created from a lead continues the lead's open interaction."""
	if doc.opportunity_from == "Lead":
		interaction = threads.about("Lead", doc.party_name)
		if interaction and interaction.status != response_clock.STATUS_CLOSED:
			return interaction
	return arrivals.open_new(
		arrivals.Arrival(
			document=doc,
			source=doc.doctype,
			channel=new_documents.channel(),
			subject=doc.title or doc.customer_name,
			content="<br>".join(row.note or "" for row in doc.get("notes")) or doc.title,
			sender=doc.contact_email,
			sender_name=doc.customer_name,
			at=get_datetime(doc.creation),
			reference_doctype=doc.doctype,
			reference_name=doc.name,
			company=doc.company,
			at_least=governed.level(doc.opportunity_from, doc.party_name),  # ERPNext copies from it
			client=parties.Client(
				doc.opportunity_from, doc.party_name, doc.contact_person, doc.customer_name
			),
		)
	)
