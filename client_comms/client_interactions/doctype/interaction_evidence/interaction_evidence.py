from client_comms.document import Row


class InteractionEvidence(Row):
	"""Evidence that a documentation method was followed (M-1), including paper files (D-6)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		custodian: DF.Link | None
		documentation_method: DF.Link
		file: DF.Attach | None
		not_applicable: DF.Check
		note: DF.SmallText | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		physical_file: DF.Link | None
		physical_location: DF.Data | None
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		waived_by: DF.Link | None
	# end: auto-generated types
