import frappe

from client_comms.ledger import WAITING_INDEX, LedgerDocument


class ComplianceLedgerEntry(LedgerDocument):
	"""Records who viewed, printed, exported, emailed or downloaded a record, was granted access to it or was
	refused, and who changed what decides about it (P-2, R-3).

	Records and users are stored as plain text, not as links, so that renaming does not rewrite an entry.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		action: DF.Literal[
			"View",
			"Print",
			"Export",
			"Email",
			"Download",
			"Refusal",
			"Grant",
			"Grant Changed",
			"Grant Deleted",
			"Emergency Access",
			"Share",
			"Level Raised",
			"Level Lowered",
			"Write-Down",
			"Leak Check",
			"Created",
			"Changed",
			"Deleted",
			"Renamed",
			"Activated",
			"Cancelled",
			"Roles Changed",
			"Recorded",
			"Erasure",
			"Hold",
			"Hold Changed",
			"Hold Lifted",
			"Left Out",
			"Handed Over",
			"Restriction",
			"Restriction Exception",
			"Exception Used",
			"Merged",
			"Message Moved",
			"Lifting Announced",
			"Restriction Lifted",
			"Key Rotated",
			"Ledger Migrated",
		]
		at: DF.Datetime | None
		changes: DF.Code | None
		confidentiality_level: DF.Data | None
		digest: DF.Data | None
		entry_hash: DF.Data | None
		erased_by: DF.Data | None
		ip_address: DF.Data | None
		personal_digest: DF.Data | None
		previous_hash: DF.Data | None
		reason: DF.SmallText | None
		reference_doctype: DF.Data | None
		reference_name: DF.Data | None
		rule: DF.Data | None
		salt: DF.Data | None
		sequence: DF.Int
		state: DF.Code | None
		user: DF.Data | None
		via: DF.Data | None
	# end: auto-generated types


def on_doctype_update():
	"""Entries that wait for their place are found in the order of writing, however many there are."""
	frappe.db.add_index("Compliance Ledger Entry", ["sequence", "creation"], WAITING_INDEX)
