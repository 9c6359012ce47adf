from client_comms.document import Row


class InteractionReviewFinding(Row):
	"""What has to be done after a review, by whom and until when."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		assigned_to: DF.Link
		description: DF.SmallText
		due_on: DF.Date
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		todo: DF.Link | None
	# end: auto-generated types
