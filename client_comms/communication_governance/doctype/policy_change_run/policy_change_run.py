from frappe import _

from client_comms import written_by_app


class PolicyChangeRun(written_by_app.WrittenByTheApp):
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
		failed_names: DF.JSON | None
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
		to_retry: DF.JSON | None
		total: DF.Int
	# end: auto-generated types

	def refuse(self):
		written_by_app.throw_fixed(
			_(
				"Simulations and their results are written automatically. No one can change or delete them; start another simulation instead."
			),
			_("Result Cannot Be Changed"),
		)
