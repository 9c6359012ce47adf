from client_comms.document import Document


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
	pass
