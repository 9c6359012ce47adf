from client_comms.document import Row


class FeedbackSignal(Row):
	"""A signal of a trend test."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		message: DF.SmallText | None
		method: DF.Data | None
		month: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		rule: DF.Data | None
		series: DF.Data
	# end: auto-generated types
