from client_comms.document import Document


class DataCategory(Document):
	"""A kind of client data to which a consent can be limited (P-3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		category_name: DF.Data
		description: DF.SmallText | None
		is_sensitive: DF.Check
	# end: auto-generated types
