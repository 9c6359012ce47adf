import frappe
from frappe import _

from client_comms import validation, written_by_app
from client_comms.document import Document
from client_comms.i18n import bold, refuse
from client_comms.rules.messages import RuleError
from client_comms.rules.review_scores import HIGHEST, Criterion
from client_comms.rules.sampling import Size

NUMBER, SHARE = "Number", "Share"
MARKS = ("late", "breached", "strictest", "new_staff")
_BY_THE_APP = ("drawn_until",)


class ReviewProgramme(Document):
	"""How many records are reviewed in a period, by whom and by which criteria (R-2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.review_criterion.review_criterion import (
			ReviewCriterion,
		)

		criteria: DF.Table[ReviewCriterion]
		drawn_until: DF.Date | None
		due_days: DF.Int
		enabled: DF.Check
		extra_breached: DF.Percent
		extra_late: DF.Percent
		extra_new_staff: DF.Percent
		extra_strictest: DF.Percent
		minimum: DF.Int
		new_staff_days: DF.Int
		number: DF.Int
		period: DF.Literal["Weekly", "Monthly", "Quarterly", "Half-Yearly", "Yearly"]
		programme_name: DF.Data
		reviewer_role: DF.Link
		second_share: DF.Percent
		share: DF.Percent
		size_by: DF.Literal["Number", "Share"]
	# end: auto-generated types

	def validate(self):
		written_by_app.keep_fields(self, *_BY_THE_APP)
		percents = {
			field: (0, 100) for field in ("share", "second_share", *(f"extra_{mark}" for mark in MARKS))
		}
		validation.require_in_range(
			self, {**percents, "number": (0, 1000), "due_days": (0, 365), "new_staff_days": (0, 3650)}
		)
		self.validate_criteria()
		try:
			self.size()
		except RuleError as refusal:
			refuse(refusal.message, title=_("Sample Size Missing"))

	def validate_criteria(self):
		seen = set()
		for row in self.criteria:
			if row.criterion in seen:
				frappe.throw(
					_("Criteria, row {0}: {1} is a duplicate. Remove one of the rows.").format(
						row.idx, bold(row.criterion)
					),
					title=_("Duplicate Criterion"),
				)
			seen.add(row.criterion)
			validation.require_in_range(row, {"highest": (1, HIGHEST), "weight": (0.01, 1000)})

	def size(self) -> Size:
		"""The size of the sample as the rule takes it.

		:raises RuleError: it makes no sense
		"""
		return Size(
			number=self.number or 0 if self.size_by == NUMBER else None,
			share=(self.share or 0) / 100 if self.size_by == SHARE else None,
			minimum=self.minimum or 0,
			extra={mark: (self.get(f"extra_{mark}") or 0) / 100 for mark in MARKS},
		)


def criteria_of(rows) -> tuple[Criterion, ...]:
	"""Rows of a programme or a review, as the rule takes them."""
	return tuple(Criterion(row.criterion, row.weight, row.highest) for row in rows)
