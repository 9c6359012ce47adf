import frappe
from frappe import _

from client_comms import validation
from client_comms.document import Document
from client_comms.i18n import refuse
from client_comms.rules.messages import RuleError
from client_comms.rules.training import Question

_DAYS = (0, 3650)


class SOPTraining(Document):
	"""A training on the procedure: its content and its test questions (R-1, T-1)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.sop_role.sop_role import SOPRole
		from client_comms.communication_governance.doctype.sop_training_question.sop_training_question import (
			SOPTrainingQuestion,
		)

		content_url: DF.Data | None
		description: DF.TextEditor | None
		disabled: DF.Check
		grace_days: DF.Int
		mandatory: DF.Check
		pass_mark: DF.Percent
		questions: DF.Table[SOPTrainingQuestion]
		refresh_days: DF.Int
		roles: DF.TableMultiSelect[SOPRole]
		training_name: DF.Data
		valid_months: DF.Int
	# end: auto-generated types

	def validate(self):
		validation.require_in_range(
			self,
			{"valid_months": (1, 1200), "grace_days": _DAYS, "refresh_days": _DAYS, "pass_mark": (0, 100)},
		)
		self.validate_questions()

	def validate_questions(self):
		"""Every question needs options, of which at least one is correct."""
		try:
			self.as_rules()
		except RuleError as refusal:
			refuse(refusal.message, title=_("Invalid Question"))

	def as_rules(self) -> list[Question]:
		"""The questions as input for `rules.training`; the key is the row's number."""
		return [
			Question(str(row.idx), _numbers(row), len(options_of(row)), multiple=bool(row.multiple))
			for row in self.questions
		]


def options_of(row) -> list[str]:
	"""The options of a question in order, numbered from 1."""
	return [line.strip() for line in (row.options or "").splitlines() if line.strip()]


def _numbers(row) -> frozenset[int]:
	try:
		return frozenset(int(part) for part in (row.right_options or "").split(",") if part.strip())
	except ValueError:
		frappe.throw(
			_("Questions, row {0}: enter the correct options as numbers, such as 2 or 1, 3.").format(row.idx),
			title=_("Invalid Question"),
		)
