"""Issues raised without a message: entered in the desk or created by an integration (D-1, F-1)."""

import frappe
from frappe.utils import get_datetime, getdate

from client_comms import transactions
from client_comms.clients import parties
from client_comms.clients.addresses import bare_address
from client_comms.intake import arrivals, new_documents


def after_insert(doc, method=None):
	"""Log the issue, unless a Communication from an email or the portal follows, which will be logged."""
	if arrivals.is_wanted("log_issues") and not doc.via_customer_portal:
		new_documents.log_new(doc, log)


def log(doc):
	"""Log the issue as an inquiry, unless it was split from another one or is an internal ticket."""
	if doc.issue_split_from:
		return None
	holders = _holders(doc)
	is_of_client = doc.customer or doc.lead or doc.contact
	if doc.raised_by and not is_of_client and parties.is_own(doc.raised_by, holders):
		return None
	return arrivals.open_new(
		arrivals.Arrival(
			document=doc,
			source=doc.doctype,
			channel=new_documents.channel(),
			subject=doc.subject,
			content=doc.description,
			sender=doc.raised_by,
			sender_name=doc.customer_name or doc.raised_by,
			holders=holders,
			at=_raised_at(doc),
			reference_doctype=doc.doctype,
			reference_name=doc.name,
			issue_type=doc.issue_type,
			company=doc.company,
		)
	)


def _holders(doc) -> parties.Holders | None:
	"""Who has the address, if that was looked up as the Issue was saved (see `GuardedIssue`)."""
	address, holders = doc.flags.client_comms_holders or (None, None)
	return holders if address == bare_address(doc.raised_by) else None


def _raised_at(doc):
	"""When the client turned to the organisation. Frappe 15 fills the time of a new Issue; on version 16 it stays empty, and the Issue was raised when it was
	entered, unless its day says otherwise."""
	created, timed = get_datetime(doc.creation), doc.opening_time not in (None, "")
	if not doc.opening_date or (not timed and getdate(doc.opening_date) == created.date()):
		return created
	return get_datetime(f"{doc.opening_date} {doc.opening_time}" if timed else doc.opening_date)


def follow_priority(doc, method=None):
	"""Open interactions about an Issue follow its priority and the deadlines of that priority (C-3, C-4)."""
	before = doc.get_doc_before_save()
	if before is None or before.priority == doc.priority:
		return
	about = {"reference_doctype": doc.doctype, "reference_name": doc.name, "status": ("!=", "Closed")}
	for name in frappe.get_all(arrivals.INTERACTION, about, pluck="name", order_by="name asc"):
		interaction = transactions.locked(arrivals.INTERACTION, name)
		interaction.priority = doc.priority
		interaction.save_by_app()
