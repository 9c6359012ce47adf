import frappe
from frappe import _
from frappe.utils import add_months, getdate

from client_comms import clock, validation, written_by_app
from client_comms.document import Document
from client_comms.i18n import bold

_BY_THE_APP = ("score", "attempt")


class SOPTrainingRecord(Document):
	"""A user's completion of a training, and until when it is valid (T-1)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		attempt: DF.Link | None
		completed_on: DF.Date
		evidence: DF.Attach | None
		full_name: DF.Data | None
		score: DF.Percent
		training: DF.Link
		user: DF.Link
		valid_until: DF.Date | None
	# end: auto-generated types

	def validate(self):
		if not self.is_new():
			written_by_app.keep_fields(self, *_BY_THE_APP)
		self.validate_whose()
		validation.require_filled(self, "training", "completed_on")
		validation.require_in_range(self, {"score": (0, 100)})
		if getdate(self.completed_on) > getdate(clock.now()):
			frappe.throw(
				_("Enter a completion date that is not in the future."), title=_("Not Completed Yet")
			)
		months = frappe.db.get_value("SOP Training", self.training, "valid_months")
		self.valid_until = add_months(self.completed_on, months)

	def validate_whose(self):
		"""Users who record the trainings of others take their own: current training opens records at a level that requires it.

		:raises frappe.PermissionError: the record is, or was, of the user who saves it
		"""
		before = self.get_doc_before_save()
		if not self.flags.by_the_app and frappe.session.user in {
			self.user,
			before and before.user,
		}:
			refuse_own()


def refuse_own():
	"""
	:raises frappe.PermissionError: always
	"""
	frappe.throw(
		_(
			"You cannot record your own training. Take it on the page {0}, or ask a colleague to record it."
		).format(bold(_("My Training"))),
		exc=frappe.PermissionError,
		title=_("Not Permitted"),
	)
