from client_comms.ledger import LedgerDocument


class LedgerCheckpoint(LedgerDocument):
	"""The signed root of the ledger up to an entry, from which a later verification can start and through which it must pass."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		entry_count: DF.Int
		entry_hash: DF.Data | None
		made_on: DF.Datetime | None
		note: DF.Code | None
		root_hash: DF.Data | None
		sequence: DF.Int
		tree: DF.SmallText | None
	# end: auto-generated types
