import frappe
from frappe import _

from client_comms.document import Document


class ScorecardSnapshot(Document):
	"""The scorecard of a period as it was seen (R-3). Made by `scorecard.card.take_snapshot`, and never changed."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amber: DF.Int
		card: DF.LongText | None
		from_date: DF.Date
		green: DF.Int
		red: DF.Int
		taken_by: DF.Link
		taken_on: DF.Datetime
		to_date: DF.Date
	# end: auto-generated types

	def validate(self):
		if not self.is_new():
			self.refuse()

	def on_trash(self):
		self.refuse()

	def before_rename(self, *args):
		self.refuse()

	def refuse(self):
		frappe.throw(
			_("Scorecard snapshots cannot be changed, because they are evidence. Take another one instead."),
			title=_("Snapshot Cannot Be Changed"),
		)

	def contents(self) -> dict:
		"""The scorecard, for the form and the print."""
		return frappe.parse_json(self.card)
