import frappe

from client_comms.document import Document


class IntakeFailure(Document):
	"""A document that could not be logged on arrival, and why, until it is logged or set aside (D-1)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		reason: DF.SmallText | None
		reference_doctype: DF.Link
		reference_name: DF.DynamicLink
	# end: auto-generated types
	pass


def on_doctype_update():
	"""One failure per document, searched by document; the oldest are tried first."""
	frappe.db.add_unique("Intake Failure", ["reference_doctype", "reference_name"])
