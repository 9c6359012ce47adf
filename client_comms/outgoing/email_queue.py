"""Messages that wait: consent or a confirmed identity may end before their turn comes (P-1, P-3)."""

from frappe.email.doctype.email_queue.email_queue import EmailQueue

from client_comms.outgoing import email


class GuardedEmailQueue(EmailQueue):
	"""Frappe's queue; Frappe has no hook between queueing and sending, hence the class."""

	def send(self, *args, **kwargs):
		if self.is_to_be_sent() and email.hold(self):
			return None
		return super().send(*args, **kwargs)
