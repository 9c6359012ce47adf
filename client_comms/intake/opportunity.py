"""Opportunities from the desk or an integration (D-1, F-1)."""

from datetime import datetime

from frappe.utils import get_datetime

from client_comms.client_interactions import received
from client_comms.clients import parties
from client_comms.enforcement import governed
from client_comms.intake import arrivals, new_documents, threads
from client_comms.rules import response_clock


def after_insert(doc, method=None):
	"""Log a new opportunity."""
	if arrivals.is_wanted("log_opportunities"):
		new_documents.log_new(doc, log)


def log(doc):
	"""Log the opportunity as an inquiry; one created from a lead continues the interaction of the lead that was open then."""
	created = get_datetime(doc.creation)
	if doc.opportunity_from == "Lead":
		interaction = threads.about("Lead", doc.party_name, occurred_on=("<=", created))
		if interaction and _was_open(interaction, created):
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
			at=created,
			reference_doctype=doc.doctype,
			reference_name=doc.name,
			company=doc.company,
			at_least=governed.level(doc.opportunity_from, doc.party_name),  # ERPNext copies from it
			client=parties.Client(
				doc.opportunity_from, doc.party_name, doc.contact_person, doc.customer_name
			),
		)
	)


def _was_open(interaction, at: datetime) -> bool:
	"""Whether it is open, or was until after `at`: a repeated backfill finds the opportunity again."""
	if interaction.status != response_clock.STATUS_CLOSED:
		return True
	return max(received.moments(interaction, response_clock.CLOSED), default=at) > at
