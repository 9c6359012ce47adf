from client_comms.document import Row


class RetentionException(Row):
	"""A communication type that is retained longer or shorter than its level says (P-2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		communication_type: DF.Link
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		retention_action: DF.Literal["Anonymise", "Delete"]
		retention_months: DF.Int
	# end: auto-generated types
