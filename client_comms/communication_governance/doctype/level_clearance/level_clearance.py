from client_comms.document import Row


class LevelClearance(Row):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		can_email: DF.Check
		can_export: DF.Check
		can_print: DF.Check
		can_read: DF.Check
		can_share: DF.Check
		can_write: DF.Check
		oversight: DF.Check
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		role: DF.Link
	# end: auto-generated types
	pass
