from frappe.model.document import Document


class CommunicationType(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		description: DF.SmallText | None
		expects_reply: DF.Check
		is_closure: DF.Check
		is_feedback: DF.Check
		type_name: DF.Data
	# end: auto-generated types
	pass
