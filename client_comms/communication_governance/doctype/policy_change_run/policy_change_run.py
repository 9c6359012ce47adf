import frappe
from frappe import _
from frappe.model.document import Document

from client_comms.exceptions import ResultIsFixedError


class PolicyChangeRun(Document):
	"""A simulation of a change of the policy, or what it did to open interactions: progress and result; written only by
	the app (M-1).

	Users are stored as text, so that runs do not prevent a user from being deleted and are not rewritten by a rename.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		attempts: DF.Int
		done: DF.Int
		draft: DF.JSON | None
		error: DF.SmallText | None
		failed: DF.Int
		finished_on: DF.Datetime | None
		kind: DF.Literal["Simulation", "Reclassification"]
		last_name: DF.Data | None
		open_only: DF.Check
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		result: DF.JSON | None
		since: DF.Date | None
		started_by: DF.Data | None
		started_on: DF.Datetime | None
		status: DF.Literal["Queued", "Running", "Finished", "Cancelled", "Failed"]
		tally: DF.JSON | None
		total: DF.Int
	# end: auto-generated types

	def validate(self):
		if not self.flags.by_the_run:
			self.refuse()

	def before_rename(self, *args):
		self.refuse()

	def on_trash(self):
		self.refuse()

	def refuse(self):
		frappe.throw(
			_("Simulations and their results are written automatically. No one can change or delete them."),
			exc=ResultIsFixedError,
			title=_("Result Cannot Be Changed"),
		)
