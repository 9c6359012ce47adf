import frappe
from frappe import _

from client_comms.communication_governance import matrix
from client_comms.document import Document
from client_comms.i18n import bold


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

	def after_insert(self):
		self.tell_of_missing_rule()

	def tell_of_missing_rule(self):
		"""Nothing can be logged with a type before a matrix version has a rule for it (M-1)."""
		if versions := matrix.in_force_without_rule(self.name):
			frappe.msgprint(
				_(
					"{0} can be used once the communication matrix has a rule for it: {1}, New Version."
				).format(
					bold(_(self.name)),
					", ".join(
						frappe.utils.get_link_to_form("Communication Matrix", each) for each in versions
					),
				),
				alert=True,
				indicator="orange",
			)
