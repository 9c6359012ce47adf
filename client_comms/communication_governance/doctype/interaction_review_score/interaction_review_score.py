from client_comms.document import Row


class InteractionReviewScore(Row):
	"""The score of one criterion."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		criterion: DF.Data
		guidance: DF.SmallText | None
		highest: DF.Int
		judged_by: DF.Data | None
		not_applicable: DF.Check
		note: DF.SmallText | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		score: DF.Literal["", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]
		weight: DF.Float
	# end: auto-generated types
