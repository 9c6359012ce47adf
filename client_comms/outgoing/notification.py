"""Checks messages of Notifications at the gate like those of users, but without asking for a reason (P-1 to P-3)."""

import sys

import frappe

from client_comms import acting, compat, transactions
from client_comms.enforcement import internal_recipients
from client_comms.enforcement.doctypes import webhook
from client_comms.exceptions import OutgoingRefusedError
from client_comms.outgoing import text_messages

_UNDONE = "client_comms_undone"


class GuardedNotification:
	"""Frappe's Notification. Refusals of the gate are in the Error Log, like all errors of a Notification."""

	def send(self, doc):
		"""
		:raises frappe.QueryDeadlockError: the database has undone the save that sends it. Frappe would go on, and store the rest of it.
		"""
		with acting.unattended():
			super().send(doc)
		if undone := self.flags.pop(_UNDONE, None):
			raise undone

	def log_error(self, *args, **kwargs):
		if isinstance(error := sys.exc_info()[1], frappe.QueryDeadlockError):
			self.flags[_UNDONE] = error
		return super().log_error(*args, **kwargs)

	def send_an_email(self, doc, context):
		"""Frappe files the message before it queues the email; if it is refused, the message is removed."""
		with transactions.part(only=(OutgoingRefusedError,)) as part:
			super().send_an_email(doc, context)
		if part.error:
			raise part.error

	if compat.is_version_16():  # which has previews, of any document, like those of a Webhook

		@frappe.whitelist()
		def preview_meets_condition(self, preview_document: str):
			webhook.require(self.document_type, preview_document)
			return super().preview_meets_condition(preview_document)

		@frappe.whitelist()
		def preview_message(self, preview_document: str):
			webhook.require(self.document_type, preview_document)
			return super().preview_message(preview_document)

		@frappe.whitelist()
		def preview_subject(self, preview_document: str):
			webhook.require(self.document_type, preview_document)
			return super().preview_subject(preview_document)

	def get_receiver_list(self, doc, *others, **more):
		numbers = super().get_receiver_list(doc, *others, **more)
		return internal_recipients.with_clearance(doc.doctype, doc.name, numbers)

	def send_sms(self, doc, context):
		text_messages.require(self.get_receiver_list(doc, context), doc.doctype, doc.name)
		super().send_sms(doc, context)
