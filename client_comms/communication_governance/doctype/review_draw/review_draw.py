import frappe

from client_comms.document import Document


class ReviewDraw(Document):
	"""One random sample of records for review, with the seed by which anyone can draw it again (R-2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		candidates: DF.Int
		drawn: DF.Int
		drawn_from: DF.LongText | None
		from_date: DF.Date
		programme: DF.Link
		seed: DF.Data
		to_date: DF.Date
		without_reviewer: DF.Int
	# end: auto-generated types


def on_doctype_update():
	"""One for each programme and period, however many workers draw it."""
	frappe.db.add_unique("Review Draw", ["programme", "from_date", "to_date"])
