"""An interaction about an appointment is at least as confidential as the Lead that it is with; messages about one are neither."""

import frappe
from frappe import _

from client_comms.enforcement import documents, level_spread, places

LEAD, APPOINTMENT = "Lead", "Appointment"


def execute():
	if not documents.is_governed(LEAD):
		return
	booked = frappe.db.sql(
		"""select appointment.name, lead.confidentiality_level from tabAppointment appointment
		join tabLead lead on lead.name = appointment.party
		where appointment.appointment_with = 'Lead' and lead.confidentiality_level != ''"""
	)
	for name, level in booked:
		reason = f"{_(APPOINTMENT)} {name} → {_(level)}"
		level_spread.raise_conversations(APPOINTMENT, name, level, reason)
	free = {"reference_doctype": APPOINTMENT, "client_interaction": ("is", "not set")}
	if frappe.get_all("Communication", free, limit=1, order_by=None):
		places.note_existing()
