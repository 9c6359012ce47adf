from client_comms import validation
from client_comms.document import Document


class ConsentPurpose(Document):
	"""What clients are asked to agree to (P-3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		ask_client_again: DF.Check
		concerns_third_party: DF.Check
		description: DF.SmallText | None
		purpose_name: DF.Data
		remind_days_before: DF.Int
		validity_months: DF.Int
	# end: auto-generated types

	def validate(self):
		validation.require_in_range(self, {"validity_months": (0, 1200), "remind_days_before": (0, 3650)})
