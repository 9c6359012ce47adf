from client_comms.document import Row


class CommunicationMatrixRule(Row):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		acknowledge_within_days: DF.Float
		communication_type: DF.Link
		confidentiality_level: DF.Link
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		respond_within_days: DF.Float
	# end: auto-generated types
	pass
