import frappe
from frappe import _

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
		if not (self.reason or "").strip():
			frappe.throw(_("Give a reason why this is not a client matter."), title=_("Reason Missing"))


def on_doctype_update():
	"""One exemption per document, searched by document."""
	frappe.db.add_unique("Logging Exemption", ["reference_doctype", "reference_name"])
