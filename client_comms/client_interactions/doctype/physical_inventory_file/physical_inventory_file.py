from client_comms.document import Row


class PhysicalInventoryFile(Row):
	"""A file that an inventory expected or found."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		label_code: DF.Data | None
		note: DF.SmallText | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		physical_file: DF.Link | None
		result: DF.Literal[
			"",
			"Found",
			"Missing",
			"Belongs Elsewhere",
			"Checked Out",
			"Unknown Label",
			"Recorded as Destroyed",
		]
	# end: auto-generated types
