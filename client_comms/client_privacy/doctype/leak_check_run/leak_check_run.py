from frappe import _

from client_comms import written_by_app


class LeakCheckRun(written_by_app.WrittenByTheApp):
	"""The result of a leak check, with its time, the user checked and who started it; written only by the check (R-3).

	Users are stored as text, so that entries do not prevent a user from being deleted and are not rewritten by a rename.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		address: DF.Data | None
		error: DF.SmallText | None
		finished_on: DF.Datetime | None
		open_count: DF.Int
		result: DF.JSON | None
		started_by: DF.Data | None
		started_on: DF.Datetime | None
		status: DF.Literal["Queued", "Running", "Finished", "Failed", "Cancelled"]
		surface_count: DF.Int
		unchecked_count: DF.Int
		user: DF.Data | None
	# end: auto-generated types

	def refuse(self):
		written_by_app.throw_fixed(
			_(
				"Leak check results are written automatically. No one can change or delete them; start another check instead."
			),
			_("Result Cannot Be Changed"),
		)
