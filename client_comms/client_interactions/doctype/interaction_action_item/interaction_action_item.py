from client_comms.client_interactions.rows import InteractionRow


class InteractionActionItem(InteractionRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		assigned_to: DF.Link
		description: DF.SmallText
		due_on: DF.Date | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		status: DF.Literal["Open", "Closed", "Cancelled"]
		todo: DF.Link | None
	# end: auto-generated types
	pass
