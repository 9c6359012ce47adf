import frappe

from client_comms.document import Document


class WordingFinding(Document):
	"""A wording problem in a message that was sent anyway; stored for the report of the most frequent ones (C-5)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		communication: DF.Link | None
		found_on: DF.Datetime
		kind: DF.Literal["Term", "Long Sentence", "Hard to Read", "Salutation Missing", "Closing Missing"]
		term: DF.Data | None
		user: DF.Link
	# end: auto-generated types


def on_doctype_update():
	frappe.db.add_index("Wording Finding", ["found_on", "kind"])
