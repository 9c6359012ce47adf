import frappe
from frappe import _
from frappe.utils import getdate

from client_comms import clock, written_by_app
from client_comms.client_interactions import charts
from client_comms.document import Document
from client_comms.exceptions import StatusFollowsEventsError
from client_comms.i18n import bold

DRAFT, SIGNED_OFF = "Draft", "Signed Off"
_BY_THE_APP = ("from_date", "to_date", "signed_off_by", "signed_off_on", "opened_early")


class FeedbackReview(Document):
	"""The feedback of a period: stored figures, results of trend tests, findings, decisions and actions (F-3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.client_interactions.doctype.feedback_review_action.feedback_review_action import (
			FeedbackReviewAction,
		)
		from client_comms.client_interactions.doctype.feedback_signal.feedback_signal import FeedbackSignal

		actions: DF.Table[FeedbackReviewAction]
		decisions: DF.TextEditor | None
		figures: DF.LongText | None
		findings: DF.TextEditor | None
		from_date: DF.Date
		opened_early: DF.Check
		prepared_by: DF.Link | None
		signals: DF.Table[FeedbackSignal]
		signed_off_by: DF.Link | None
		signed_off_on: DF.Datetime | None
		status: DF.Literal["Draft", "Signed Off"]
		to_date: DF.Date
	# end: auto-generated types

	def validate(self):
		before = self.get_doc_before_save()
		if self.flags.by_the_app:
			return
		# The ToDo of an action is never taken from a request, because saving writes to that ToDo.
		todos = {row.name: row.todo for row in before.actions} if before else {}
		for row in self.actions:
			row.todo = todos.get(row.name)
		self.validate_due_dates(before)
		if before is None:
			return
		written_by_app.keep_fields(self, *_BY_THE_APP)
		if before.status == SIGNED_OFF:
			self.validate_only_actions_changed(before)
		elif self.status != DRAFT:
			frappe.throw(
				_("Use Sign Off to close a review."),
				exc=StatusFollowsEventsError,
				title=_("Status Cannot Be Set"),
			)
		if self.figures != before.figures or len(self.signals) != len(before.signals):
			frappe.throw(
				_(
					"The figures and signals of a review cannot be changed after it was created. Write what you make of them under Findings."
				),
				title=_("Figures Cannot Be Changed"),
			)

	def validate_due_dates(self, before):
		"""A new action, or another day for one, is not due before today; one that is carried over may be late."""
		given = {row.name: getdate(row.due_on) for row in before.actions} if before else {}
		today = clock.now().date()
		for row in self.actions:
			due_on = row.due_on and getdate(row.due_on)
			if not due_on or due_on >= today or row.status != "Open" or given.get(row.name) == due_on:
				continue
			frappe.throw(
				_(
					"Row {0}: an action cannot be due on {1}, which is in the past. Enter today or a later day, or set it to {2} if it is done already."
				).format(row.idx, bold(row.get_formatted("due_on")), bold(_("Done"))),
				title=_("Due in the Past"),
			)

	def validate_only_actions_changed(self, before):
		"""After sign-off, actions can still be marked as done."""
		texts = ("findings", "decisions", "signed_off_by", "status")
		plan = [(row.description, row.assigned_to, str(row.due_on)) for row in self.actions]
		if any(self.get(each) != before.get(each) for each in texts) or plan != [
			(row.description, row.assigned_to, str(row.due_on)) for row in before.actions
		]:
			frappe.throw(
				_(
					"This review is signed off, so you can only mark its actions as done. Enter anything else in the next review."
				),
				title=_("Signed Off"),
			)

	def contents(self) -> dict:
		"""The stored figures, for the form and the print."""
		return frappe.parse_json(self.figures) if self.figures else {}

	def chart(self, series: dict) -> str:
		"""A series as an SVG picture, for the print."""
		return charts.line(series)


def on_doctype_update():
	"""One per period, even if several workers create it."""
	frappe.db.add_unique("Feedback Review", ["from_date", "to_date"])
