"""Waiting messages: consent or a confirmed identity may expire before they are sent, or while they are: until a connection is made, a print
is attached, or other recipients have got theirs (P-1, P-3)."""

from datetime import datetime

import frappe
from frappe import _
from frappe.email.doctype.email_queue.email_queue import SendMailContext
from frappe.query_builder.functions import Count

from client_comms.client_privacy import mailed_secrets
from client_comms.enforcement import compose, images_in_emails, internal_recipients
from client_comms.exceptions import OutgoingRefusedError
from client_comms.i18n import words_of
from client_comms.intake import acknowledgement_delivery, scheduled_email, unsent_replies
from client_comms.outgoing import email


def count_failed(since: datetime) -> int:
	"""How many emails failed since then. In rows without a recipient a rule left all of them out, such as of a newsletter."""
	queue, row = frappe.qb.DocType("Email Queue"), frappe.qb.DocType("Email Queue Recipient")
	failed = (
		frappe.qb.from_(queue)
		.join(row)
		.on((row.parent == queue.name) & (row.parenttype == "Email Queue"))
		.where((queue.status == "Error") & (queue.modified >= since))
		.select(Count(queue.name).distinct())
	)
	return failed.run()[0][0]


class _StoppedError(Exception):
	"""It may not go out to the other recipients."""


def _build_message(previous, context, recipient, *args, **kwargs):
	"""Frappe passes what this returns to the mail server, for each recipient."""
	message = previous(context, recipient, *args, **kwargs)
	# nosemgrep: frappe-manual-commit (as Frappe does after each recipient; it must see what was decided meanwhile)
	frappe.db.commit()
	if email.refusal_at_sending(context.queue_doc, [recipient]):
		raise _StoppedError
	return message


class GuardedEmailQueue:
	"""Frappe's Email Queue; Frappe has no hook between queueing and sending, so the class is extended."""

	def send(self, *args, **kwargs):
		# Of one that was stopped, Frappe sends the rest if a user insists.
		insists = kwargs.get("force_send") and any(row.status != "Sent" for row in self.recipients)
		leaves = self.is_to_be_sent() or insists
		if leaves and email.hold(self):
			# nosemgrep: frappe-manual-commit (as Frappe does with any status, or the failure of another email undid it)
			frappe.db.commit()
			return None
		if leaves:
			internal_recipients.leave_out_of_sending(self)
			if not self.recipients:
				why = _("None of the recipients has clearance for this document.")
				self.update_status(status="Error", error=why, commit=True)
				return None
		stored = self.message
		try:
			self.message = mailed_secrets.as_sent(self)
		except OutgoingRefusedError as refusal:
			self.update_status(status="Error", error=words_of(refusal), commit=True)
			return None
		compose.around(SendMailContext, "build_message", _build_message)
		try:
			with images_in_emails.printed_for(self):
				return super().send(*args, **kwargs)
		except _StoppedError:
			self.reload()
			email.hold(self)
			# nosemgrep: frappe-manual-commit (as above)
			frappe.db.commit()
			return None
		except Exception as error:
			if self.message != stored:
				_leave_out_variables(error)  # the Error Log would quote the email
			raise
		finally:
			self.message = stored

	def update_status(self, status, commit=False, **kwargs):
		if self.communication and not frappe.db.exists("Communication", self.communication):
			self.communication = None  # deleted while it waited: Frappe would ask for it
		super().update_status(status, commit=commit, **kwargs)
		email.follow_status(self, status)
		if status == "Error":
			acknowledgement_delivery.take_back(self)
			unsent_replies.take_back(self, self.flags.held_because)
		elif status == "Sent" and self.error:
			acknowledgement_delivery.restore(self)
			unsent_replies.restore(self)
		if status == "Sent":
			scheduled_email.follow(self)
		if commit:
			frappe.db.commit()  # nosemgrep: frappe-manual-commit (as above)

	def on_trash(self):
		super().on_trash()
		email.follow_deletion(self)

	@classmethod
	def clear_old_logs(cls, days=30):
		email.follow_cleaning(days or 31)  # as Frappe reads it
		super().clear_old_logs(days=days)


def _leave_out_variables(error: BaseException | None) -> None:
	"""Forget where an error and those that led to it happened, with the variables there."""
	while error is not None:
		error.__traceback__ = None
		error = error.__cause__ or error.__context__
