from client_comms.document import Row


class PhysicalFileMovement(Row):
	"""One movement of a paper file; rows are only added by the file's actions."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		due_back: DF.Date | None
		from_custodian: DF.Link | None
		from_location: DF.Link | None
		moved_at: DF.Datetime | None
		moved_by: DF.Link | None
		movement: DF.Literal[
			"Registered", "Checked Out", "Checked In", "Moved", "Reported Missing", "Found", "Destroyed"
		]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		reason: DF.SmallText | None
		to_custodian: DF.Link | None
		to_location: DF.Link | None
	# end: auto-generated types
