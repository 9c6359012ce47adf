import frappe

from client_comms.client_privacy.erasure.result import ErasureResult


class ErasureItem(ErasureResult):
	"""What a run does to one record, and why; as confidential as the record (P-2).

	The record is stored as text, so that an item does not prevent it from being deleted.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		action: DF.Literal["Anonymise", "Delete", "Mask", "Keep"]
		contents: DF.LongText | None
		error: DF.SmallText | None
		reason: DF.SmallText | None
		reference_doctype: DF.Data | None
		reference_name: DF.Data | None
		run: DF.Link | None
		state: DF.Literal["Planned", "Done", "Failed", "Kept"]
		step: DF.Int
	# end: auto-generated types


def on_doctype_update():
	"""A run asks for its next items by state and in this order."""
	frappe.db.add_index(
		"Erasure Item", ["run", "state", "step", "reference_doctype", "action", "reference_name"]
	)
