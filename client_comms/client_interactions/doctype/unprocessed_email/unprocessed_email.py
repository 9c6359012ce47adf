from frappe import _
from frappe.utils import validate_email_address

from client_comms.document import Document
from client_comms.i18n import plain
from client_comms.rules import storing_errors


class UnprocessedEmail(Document):
	"""An email that a mailbox received and that could not be stored as a message, until it is taken in (D-1)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		attempts: DF.Int
		communication: DF.Link | None
		email_account: DF.Link | None
		fingerprint: DF.Data | None
		incomplete: DF.Check
		reason: DF.SmallText | None
		received_at: DF.Datetime | None
		sender: DF.Data | None
		status: DF.Literal["Waiting", "Taken In"]
		subject: DF.Data | None
		uid: DF.Data | None
	# end: auto-generated types

	def onload(self):
		self.set_onload("in_words", in_words(self))


def in_words(email) -> str:
	"""Why the email could not be stored, and what to do where only staff can.

	:param email: an Unprocessed Email, or a row of `waiting`
	"""
	if email.incomplete:
		return open_the_mailbox(email.email_account)
	meaning = storing_errors.meaning(email.reason or "", bool(validate_email_address(email.sender)))
	return plain(meaning) if meaning else storing_errors.sentence(email.reason)


def open_the_mailbox(account: str) -> str:
	"""What staff do about an email of which only the headers are known."""
	return _(
		"The mail server handed over only the headers of this email. Open the mailbox {0} to read it."
	).format(account)
