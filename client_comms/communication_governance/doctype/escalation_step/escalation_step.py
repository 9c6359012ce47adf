from client_comms.document import Row


class EscalationStep(Row):
	"""Who is notified, and how long after a missed deadline (R-2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		after_working_hours: DF.Float
		clock: DF.Literal["All", "Acknowledge", "Respond", "Promise"]
		email: DF.Check
		notification: DF.Check
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		role: DF.Link | None
		to: DF.Literal["Responsible Staff", "Account Manager", "Role", "User"]
		todo: DF.Check
		user: DF.Link | None
	# end: auto-generated types
	pass
