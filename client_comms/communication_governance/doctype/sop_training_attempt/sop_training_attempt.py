import frappe

from client_comms.document import Document


class SOPTrainingAttempt(Document):
	"""One attempt at a training, with the questions as shown and the answers given (T-1)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		answers: DF.LongText | None
		finished_on: DF.Datetime | None
		full_name: DF.Data | None
		paper: DF.LongText | None
		score: DF.Percent
		started_on: DF.Datetime | None
		status: DF.Literal["In Progress", "Passed", "Failed"]
		training: DF.Link
		user: DF.Link
	# end: auto-generated types


def on_doctype_update():
	"""The attempt in progress is searched by user and training."""
	frappe.db.add_index("SOP Training Attempt", ["user", "training", "status"], "attempt_in_progress")
