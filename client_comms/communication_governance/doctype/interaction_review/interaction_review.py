import frappe
from frappe import _
from frappe.utils import cint

from client_comms import written_by_app
from client_comms.communication_governance.doctype.review_programme.review_programme import criteria_of
from client_comms.document import Document
from client_comms.exceptions import StatusFollowsEventsError
from client_comms.i18n import bold, refuse
from client_comms.rules import review_scores
from client_comms.rules.messages import RuleError

OPEN, COMPLETED, DISPUTED = "Open", "Completed", "Disputed"
FIRST, SECOND, AGAIN = "First", "Second", "After a Dispute"
_BY_THE_APP = (
	"interaction",
	"reviewed_user",
	"communication_type",
	"reviewer",
	"due_on",
	"completed_on",
	"programme",
	"draw",
	"because",
	"part",
	"staff_comment",
	"dispute_reason",
	"disputes",
	"last_reminded_on",
)


class InteractionReview(Document):
	"""A review of one record by one reviewer (R-2). It is made by a draw, and closed by *Complete Review*."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.interaction_review_finding.interaction_review_finding import (
			InteractionReviewFinding,
		)
		from client_comms.communication_governance.doctype.interaction_review_score.interaction_review_score import (
			InteractionReviewScore,
		)

		because: DF.Data | None
		communication_type: DF.Link | None
		completed_on: DF.Datetime | None
		dispute_reason: DF.SmallText | None
		disputes: DF.Link | None
		draw: DF.Link | None
		due_on: DF.Date | None
		findings: DF.Table[InteractionReviewFinding]
		interaction: DF.Link
		last_reminded_on: DF.Date | None
		overall: DF.Percent
		part: DF.Literal["First", "Second", "After a Dispute"]
		programme: DF.Link
		reviewed_user: DF.Link
		reviewer: DF.Link
		scores: DF.Table[InteractionReviewScore]
		staff_comment: DF.SmallText | None
		status: DF.Literal["Open", "Completed", "Disputed"]
		summary: DF.SmallText | None
	# end: auto-generated types

	def validate(self):
		self.validate_it_is_open()
		self.set_overall()

	def validate_it_is_open(self):
		"""A completed review is the reviewer's word and stays; answers to it come by actions."""
		if self.is_new() or self.flags.by_the_app:
			return
		written_by_app.keep_fields(self, *_BY_THE_APP)
		before = self.get_doc_before_save()
		if before.status != OPEN or self.status != OPEN:
			frappe.throw(
				_("Completed reviews cannot be changed. Use Complete Review to complete one."),
				exc=StatusFollowsEventsError,
				title=_("Review Completed"),
			)
		if frappe.session.user != self.reviewer and frappe.session.user != "Administrator":
			frappe.throw(
				_("Only {0} can score this review.").format(bold(frappe.utils.get_fullname(self.reviewer))),
				exc=frappe.PermissionError,
				title=_("Not Your Review"),
			)
		fixed = ("criterion", "weight", "highest", "judged_by")
		if [tuple(map(row.get, fixed)) for row in self.scores] != [
			tuple(map(row.get, fixed)) for row in before.scores
		]:
			frappe.throw(
				_(
					"The criteria of a review are set by its programme and cannot be changed here. A change of the programme counts from its next draw."
				),
				title=_("Criteria Cannot Be Changed"),
			)

	def set_overall(self):
		rows = [row for row in self.scores if not row.not_applicable]
		scores = {row.criterion: cint(row.score) if row.score not in (None, "") else None for row in rows}
		try:
			self.overall = review_scores.overall(criteria_of(rows), scores)
		except RuleError as refusal:
			refuse(refusal.message, title=_("Score Out of Range"))

	def is_scored(self) -> bool:
		return all(row.not_applicable or row.score not in (None, "") for row in self.scores)


def on_doctype_update():
	"""Results are those of a period."""
	frappe.db.add_index("Interaction Review", ["status", "completed_on"])
