from client_comms.document import Row


class FeedbackReviewAction(Row):
	"""An action that was decided, with its owner and due date."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		assigned_to: DF.Link
		carried_over_from: DF.Link | None
		description: DF.SmallText
		due_on: DF.Date
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		status: DF.Literal["Open", "Done"]
		todo: DF.Link | None
	# end: auto-generated types
