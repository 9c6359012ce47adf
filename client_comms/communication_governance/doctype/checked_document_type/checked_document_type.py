from client_comms.document import Row


class CheckedDocumentType(Row):
	"""Documents that are not governed, such as quotations, about which messages are checked like those about a level (C-2, P-1, P-3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		confidentiality_level: DF.Link
		document_type: DF.Link
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
	# end: auto-generated types
	pass
