from client_comms.document import Row


class RestrictionException(Row):
	"""What a Compliance Officer allows one user for a time, although the use of the client's data is restricted (GDPR Art. 18(2))."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		allows: DF.Literal["Change Records", "Send Messages"]
		basis: DF.Literal[
			"Consent of the Client", "Legal Claims", "Rights of Another Person", "Important Public Interest"
		]
		granted_by: DF.Link | None
		granted_on: DF.Datetime | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		reason: DF.SmallText
		user: DF.Link
		valid_until: DF.Datetime
	# end: auto-generated types

	pass
