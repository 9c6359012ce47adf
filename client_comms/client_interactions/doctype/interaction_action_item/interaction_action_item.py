import frappe

from client_comms.document import Row


class InteractionActionItem(Row):
	"""What someone must do after an interaction (F-2); they have a ToDo while it is open."""

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
		substituting_for: DF.Link | None
		todo: DF.Link | None
	# end: auto-generated types


def on_doctype_update():
	"""The row condition queries a user's open items, all or those of one interaction, for every list (D-5)."""
	frappe.db.add_index("Interaction Action Item", ["assigned_to", "status", "parent"])
