import frappe
from frappe import _

from client_comms.communication_governance import wording
from client_comms.document import Document
from client_comms.i18n import bold
from client_comms.left_empty import LeavesEmpty


class TerminologyRule(LeavesEmpty, Document):
	"""A term that staff avoid when they write to clients, and what they write instead (C-5, D-3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		avoid: DF.Data
		disabled: DF.Check
		language: DF.Link | None
		match: DF.Literal["Word Form", "Literal"]
		use: DF.Data | None
		why: DF.SmallText | None
	# end: auto-generated types

	LEFT_EMPTY = ("language",)

	def validate(self):
		self.avoid = " ".join((self.avoid or "").split())
		self.validate_only_one()
		self.validate_suggestion()

	def on_update(self):
		wording.forget()

	def after_delete(self):
		wording.forget()

	def validate_only_one(self):
		other = frappe.db.get_value(
			self.doctype,
			{
				"avoid": self.avoid,
				"language": self.language or ("is", "not set"),
				"name": ("!=", self.name or ""),
			},
		)
		if other:
			frappe.throw(
				_("There is already a rule for {0} in this language. Change that one.").format(
					bold(self.avoid)
				),
				exc=frappe.DuplicateEntryError,
				title=_("Rule Already Exists"),
			)

	def validate_suggestion(self):
		if (self.use or "").strip().lower() == self.avoid.lower():
			frappe.throw(
				_(
					"The suggestion is the same as the term to avoid. Enter a different one, or leave it empty."
				),
				title=_("Suggestion Same as Term"),
			)
