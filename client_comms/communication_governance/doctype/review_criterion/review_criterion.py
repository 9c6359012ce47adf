from client_comms.document import Row


class ReviewCriterion(Row):
	"""What a review scores, with its weight."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		criterion: DF.Data
		guidance: DF.SmallText | None
		highest: DF.Int
		judged_by: DF.Literal["Reviewer", "Details", "Documentation", "Clocks", "Wording"]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		weight: DF.Float
	# end: auto-generated types
