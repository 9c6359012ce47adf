from client_comms.ledger import LedgerDocument


class LedgerVerification(LedgerDocument):
	"""A verification of the ledger in the background, how far it has come, and every fault that it found (R-3).

	Users are stored as text, so that entries do not prevent a user from being deleted.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		attempts: DF.Int
		checked: DF.Int
		compared_up_to: DF.SmallText | None
		error: DF.SmallText | None
		fault_count: DF.Int
		faults: DF.JSON | None
		finished_on: DF.Datetime | None
		last_entry: DF.Int
		since: DF.Datetime | None
		started_by: DF.Data | None
		started_on: DF.Datetime | None
		status: DF.Literal["Queued", "Running", "Finished", "Failed"]
		until: DF.Datetime | None
		verified_up_to: DF.Int
	# end: auto-generated types
