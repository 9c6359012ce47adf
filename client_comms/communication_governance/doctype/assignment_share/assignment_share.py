from client_comms import validation
from client_comms.document import Document


class AssignmentShare(Document):
	"""A user's share of the interactions that are assigned in turn; without one, they get a full turn (F-2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		full_name: DF.Data | None
		most_open: DF.Int
		user: DF.Link
		weight: DF.Percent
	# end: auto-generated types

	def validate(self):
		validation.require_in_range(self, {"weight": (0, 100), "most_open": (0, 100_000)})
