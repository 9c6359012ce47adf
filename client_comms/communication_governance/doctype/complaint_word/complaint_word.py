import frappe
from frappe import _

from client_comms.communication_governance import complaint_words
from client_comms.document import Document
from client_comms.i18n import bold


class ComplaintWord(Document):
	"""A word or phrase by which a record of another type reads like a complaint (F-1)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		disabled: DF.Check
		language: DF.Link
		match: DF.Literal["Word Form", "Literal"]
		phrase: DF.Data
	# end: auto-generated types

	def validate(self):
		self.phrase = " ".join((self.phrase or "").split())
		self.validate_only_one()

	def on_update(self):
		complaint_words.forget()

	def on_trash(self):
		complaint_words.forget()

	def validate_only_one(self):
		if frappe.db.exists(
			self.doctype,
			{"phrase": self.phrase, "language": self.language, "name": ("!=", self.name or "")},
		):
			frappe.throw(
				_("{0} is already listed for this language. Change that entry instead.").format(
					bold(self.phrase)
				),
				exc=frappe.DuplicateEntryError,
				title=_("Word Exists"),
			)
