from client_comms.document import Row


class SOPTrainingQuestion(Row):
	"""A question of a training; only users who edit trainings can see its answer, see `sop_training.SEALED`."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		explanation: DF.SmallText | None
		multiple: DF.Check
		options: DF.SmallText
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		question: DF.SmallText
		right_options: DF.Data
	# end: auto-generated types
