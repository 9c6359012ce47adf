import frappe

from client_comms.document import Document


class SOPTrainingAssignment(Document):
	"""A training that a user must complete because of a role; maintained by `people.trainings` (T-1)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		full_name: DF.Data | None
		last_reminded_on: DF.Date | None
		owed_since: DF.Date
		training: DF.Link
		user: DF.Link
	# end: auto-generated types


def on_doctype_update():
	"""One per user and training."""
	frappe.db.add_unique("SOP Training Assignment", ["user", "training"])
