from frappe.utils.nestedset import NestedSet

from client_comms.document import Document


class FeedbackCategory(Document, NestedSet):
	"""The subject of feedback, such as delivery or invoices (F-3)."""

	nsm_parent_field = "parent_feedback_category"

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		category_name: DF.Data
		description: DF.SmallText | None
		disabled: DF.Check
		is_group: DF.Check
		lft: DF.Int
		old_parent: DF.Link | None
		parent_feedback_category: DF.Link | None
		rgt: DF.Int
	# end: auto-generated types
