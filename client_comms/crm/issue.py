"""Issues raised without a message: typed in the desk or made by an integration (D-1, F-1)."""

import frappe
from frappe.utils import get_datetime

from client_comms import clock
from client_comms.crm import inbound_headers, intake, parties


def after_insert(doc, method=None):
	"""Log the issue, unless a Communication follows that will: one from an email or from the portal."""
	settings = frappe.get_cached_doc("Client Comms Settings")
	if (
		not settings.log_issues
		or doc.via_customer_portal
		or doc.issue_split_from
		or inbound_headers.is_receiving()
	):
		return
	if doc.raised_by and parties.is_own(doc.raised_by) and not (doc.customer or doc.lead or doc.contact):
		return  # an internal ticket: no client is behind it
	frappe.db.savepoint("client_comms_intake")
	try:
		intake.open_new(
			intake.Arrival(
				document=doc,
				source="Issue",
				channel=settings.issue_channel,
				subject=doc.subject,
				content=doc.description,
				sender=doc.raised_by,
				sender_name=doc.customer_name or doc.raised_by,
				at=clock.now()
				if not doc.opening_date
				else get_datetime(f"{doc.opening_date} {doc.opening_time}"),
				reference_doctype="Issue",
				reference_name=doc.name,
				issue_type=doc.issue_type,
				company=doc.company,
			)
		)
	except Exception:
		frappe.db.rollback(save_point="client_comms_intake")
		frappe.log_error(
			title="Issue could not be logged as an interaction",
			reference_doctype="Issue",
			reference_name=doc.name,
		)
