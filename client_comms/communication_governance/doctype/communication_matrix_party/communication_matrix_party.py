from client_comms.document import Row


class CommunicationMatrixParty(Row):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		communication_type: DF.Link
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		party: DF.Literal["Role", "Assigned Staff"]
		role: DF.Link | None
	# end: auto-generated types
	pass
