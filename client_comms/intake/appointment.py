"""Appointments that clients book (D-1, F-1): an inquiry at the time of booking, whenever the meeting is.

An unconfirmed address may not belong to a client, so such an appointment is logged when it is confirmed.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import clock
from client_comms.clients import parties
from client_comms.intake import arrivals, failures, new_documents, replies, threads


def after_insert(doc, method=None):
	"""Log an appointment of a known client."""
	if doc.party and arrivals.is_wanted("log_appointments"):
		failures.attempt(doc, log)


def on_update(doc, method=None):
	"""Log an appointment that has just been confirmed."""
	before = doc.get_doc_before_save()
	if before and not before.party and doc.party and arrivals.is_wanted("log_appointments"):
		failures.attempt(doc, lambda doc: log(doc, clock.now()))


def log(doc, at: datetime | None = None):
	"""Log the booking; a booking that created a lead continues the lead's conversation.

	:param at: when it was confirmed; by default when it was created
	"""
	if not doc.party:
		return None
	at = at or get_datetime(doc.creation)
	if interaction := _of_lead_made_by_it(doc):
		replies.client_wrote(interaction, doc, at)
		return interaction
	return arrivals.open_new(_arrival(doc, at))


def _arrival(doc, at: datetime) -> arrivals.Arrival:
	when = _("Appointment on {0}").format(doc.get_formatted("scheduled_time"))
	return arrivals.Arrival(
		document=doc,
		source=doc.doctype,
		channel=new_documents.channel(),
		subject=when,
		content=f"{when}<br>{doc.customer_details or ''}",
		sender=doc.customer_email,
		sender_name=doc.customer_name,
		at=at,
		reference_doctype=doc.doctype,
		reference_name=doc.name,
		client=parties.client_of(doc.appointment_with, doc.party, doc.customer_email, doc.customer_name),
	)


def _of_lead_made_by_it(doc):
	if doc.appointment_with != "Lead":
		return None
	made = frappe.db.get_value("Lead", {"name": doc.party, "creation": (">", doc.creation)})
	return threads.about("Lead", made)
