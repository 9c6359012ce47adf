from client_comms.document import Row


class ConsentEvent(Row):
	"""One decision of the client, or our request for it; rows are added and never changed (P-3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		at: DF.Datetime
		by_user: DF.Link | None
		event: DF.Literal["Given", "Refused", "Withdrawn", "Requested", "Reminded"]
		note: DF.SmallText | None
		notice: DF.Link | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		through: DF.Data | None
		valid_until: DF.Datetime | None
	# end: auto-generated types
