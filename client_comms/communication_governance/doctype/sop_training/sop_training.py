from frappe.model.document import Document

from client_comms import validation


class SOPTraining(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		description: DF.TextEditor | None
		disabled: DF.Check
		mandatory: DF.Check
		training_name: DF.Data
		valid_months: DF.Int
	# end: auto-generated types

	def validate(self):
		validation.require_in_range(self, {"valid_months": (1, 1200)})
