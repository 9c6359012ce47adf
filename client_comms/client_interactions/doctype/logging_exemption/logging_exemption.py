import frappe
from frappe import _

from client_comms import validation
from client_comms.document import Document


class LoggingExemption(Document):
	"""A document that need not be logged, and why: an email, call or event with a client, or one that could
	not be logged (D-1)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		reason: DF.SmallText
		reference_doctype: DF.Link
		reference_name: DF.DynamicLink
	# end: auto-generated types

	def validate(self):
		validation.require_reason(self.reason, _("Give a reason why this is not a client matter."))


def on_doctype_update():
	"""One exemption per document, searched by document."""
	frappe.db.add_unique("Logging Exemption", ["reference_doctype", "reference_name"])
