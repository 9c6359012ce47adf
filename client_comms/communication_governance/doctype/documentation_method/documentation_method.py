import frappe
from frappe import _

from client_comms.document import Document
from client_comms.i18n import bold
from client_comms.rules import documentation


class DocumentationMethod(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		description: DF.SmallText | None
		evidence: DF.Literal["This Record", "Communication", "File", "Document", "Note"]
		method_name: DF.Data
		print_format: DF.Link | None
	# end: auto-generated types

	def validate(self):
		if self.evidence != documentation.DOCUMENT:
			self.print_format = None
		if self.print_format and (
			frappe.db.get_value("Print Format", self.print_format, "doc_type") != "Client Interaction"
		):
			frappe.throw(
				_("{0} does not print interactions. Choose a Print Format of Client Interaction.").format(
					bold(self.print_format)
				),
				title=_("Print Format of Another DocType"),
			)
