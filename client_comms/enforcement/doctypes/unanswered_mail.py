"""Frappe's reminder of unanswered emails quotes each, and waits in the queue as if it were about the document under which that is filed, which
may be less confidential (D-5, P-2)."""

import sys

import frappe

from client_comms.enforcement import governed

_ABOUT = "client_comms_unanswered"


class RemindingAccount:
	"""Frappe's Email Account: it asks whom to remind right before each email."""

	def get_unreplied_notification_emails(self):
		frappe.flags[_ABOUT] = sys._getframe(1).f_locals.get("comm")
		return super().get_unreplied_notification_emails()


def name_message(doc, method=None) -> None:
	"""`before_insert` of Email Queue: the reminder is about the message that it quotes."""
	message = frappe.flags.pop(_ABOUT, None)
	if message and (doc.reference_doctype, doc.reference_name) == (
		message.reference_doctype,
		message.reference_name,
	):
		doc.reference_doctype, doc.reference_name = governed.COMMUNICATION, message.name
		doc.flags.client_comms_reminder = True
