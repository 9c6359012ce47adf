"""Frappe's Email Account: received messages are stored, logged and answered in the app's own name,
regardless of who fetched them (D-1, F-1)."""

import frappe

from client_comms import acting
from client_comms.exceptions import OutgoingRefusedError
from client_comms.intake import acknowledgement, inbound_mail

_SAVEPOINT = "client_comms_auto_reply"


class GuardedEmailAccount:
	"""A message may require more clearance than the user who fetches it has; it must not be refused and lost
	because of that."""

	def receive(self):
		with acting.as_the_app():
			super().receive()

	def get_inbound_mails(self):
		return [inbound_mail.ReceivedMail.of(mail) for mail in super().get_inbound_mails()]

	def send_auto_reply(self, communication, email):
		"""The gate may refuse the reply; the message that it answers is stored anyway (C-3)."""
		frappe.db.savepoint(_SAVEPOINT)
		try:
			with acknowledgement.replying_to(communication):
				super().send_auto_reply(communication, email)
		except OutgoingRefusedError:
			frappe.db.rollback(save_point=_SAVEPOINT)
			frappe.log_error(
				title="The automatic reply of a mailbox was refused",
				reference_doctype=communication.doctype,
				reference_name=communication.name,
			)
