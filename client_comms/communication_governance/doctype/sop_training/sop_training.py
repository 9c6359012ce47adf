import re

import frappe
from frappe import _
from frappe.utils.password import decrypt, encrypt

from client_comms import validation
from client_comms.document import Document
from client_comms.i18n import bold, refuse
from client_comms.rules.messages import RuleError
from client_comms.rules.training import Question

_DAYS = (0, 3650)
# What would give the answers away. It is stored encrypted: every user of the desk can read a training, and Frappe applies a field's
# level neither to filters nor to the document with which it answers a call of one of its methods.
_ANSWERS_LEVEL = 1
SEALED = ("right_options", "explanation")
# What encryption results in begins with its version and the upper bytes of the time.
_SEAL = re.compile(r"gAAAAA[\w-]+=*")


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

	def onload(self):
		"""A form shows the answers to users who can edit them."""
		if _ANSWERS_LEVEL in self.get_permlevel_access("read"):
			for row in self.questions:
				row.update({field: _plain(row, field) for field in SEALED})

	def validate(self):
		validation.require_in_range(
			self,
			{"valid_months": (1, 1200), "grace_days": _DAYS, "refresh_days": _DAYS, "pass_mark": (0, 100)},
		)
		validation.require_contact_details(self, web=["content_url"])
		self.validate_questions()

	def validate_questions(self):
		"""Every question needs options, of which at least one is correct."""
		try:
			self.as_rules()
		except RuleError as refusal:
			refuse(refusal.message, title=_("Invalid Question"))

	def before_save(self):
		"""Encrypt the answers; those that have not changed stay as they are stored, so that the history does not name them as changed."""
		before = self.get_doc_before_save()
		stored = {row.name: row for row in before.questions} if before else {}
		for row in self.questions:
			for field in SEALED:
				value, kept = revealed(row, field), stored.get(row.name)
				same = bool(kept and _SEAL.fullmatch(kept.get(field) or "")) and _plain(kept, field) == value
				row.set(field, kept.get(field) if same else sealed(value))

	def as_rules(self) -> list[Question]:
		"""The questions as input for `rules.training`; the key is the row's number."""
		return [
			Question(str(row.idx), _numbers(row), len(options_of(row)), multiple=bool(row.multiple))
			for row in self.questions
		]


def options_of(row) -> list[str]:
	"""The options of a question in order, numbered from 1."""
	return [line.strip() for line in (row.options or "").splitlines() if line.strip()]


def sealed(value: str) -> str:
	"""A text of an answer as it is stored."""
	return value and encrypt(value)


def revealed(row, field: str) -> str:
	"""What a question says about its answer, `right_options` or `explanation`, in plain text.

	:raises frappe.ValidationError: it was encrypted with another key than that of the site
	"""
	text = _plain(row, field)
	if text is None:
		frappe.throw(
			_(
				"Questions, row {0}: {1} was encrypted with another key than that of this site. Enter it again."
			).format(row.idx, bold(_(frappe.get_meta("SOP Training Question").get_label(field)))),
			title=_("Invalid Question"),
		)
	return text


def _plain(row, field: str) -> str | None:
	"""As `revealed`; None if it was encrypted with another key."""
	value = (row.get(field) or "").strip()
	if not _SEAL.fullmatch(value):
		return value
	shown = len(frappe.local.message_log)
	try:
		return decrypt(value)
	except frappe.ValidationError:
		del frappe.local.message_log[shown:]
		return None


def _numbers(row) -> frozenset[int]:
	try:
		return frozenset(int(part) for part in revealed(row, "right_options").split(",") if part.strip())
	except ValueError:
		frappe.throw(
			_("Questions, row {0}: enter the correct options as numbers, such as 2 or 1, 3.").format(row.idx),
			title=_("Invalid Question"),
		)
