import frappe

from client_comms import roles
from client_comms.client_privacy import telling
from client_comms.client_privacy.erasure.result import ErasureResult
from client_comms.enforcement import legal_holds, restrictions


class ErasureRun(ErasureResult):
	"""A plan of what is erased and why, its approval by a second person, and its certificate (P-2).

	Users are stored as text, so that runs do not prevent a user from being deleted.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		approved_by: DF.Data | None
		approved_on: DF.Datetime | None
		as_of: DF.Date | None
		attempts: DF.Int
		certificate: DF.JSON | None
		done_count: DF.Int
		error: DF.SmallText | None
		failed_count: DF.Int
		finished_on: DF.Datetime | None
		kept_count: DF.Int
		kind: DF.Literal["Retention", "Erasure Request"]
		naming_series: DF.Literal["ER-.YYYY.-.#####"]
		planned_by: DF.Link | None
		planned_count: DF.Int
		planned_on: DF.Datetime | None
		request: DF.Link | None
		secret: DF.LongText | None
		started_on: DF.Datetime | None
		status: DF.Literal["Planning", "Planned", "Approved", "Running", "Finished", "Discarded", "Failed"]
	# end: auto-generated types

	def onload(self):
		"""For the form: the names of those who can approve it, whether the client is still to be told, and whether an email can do so."""
		others = roles.some_with_role(roles.COMPLIANCE_OFFICER, besides=(self.planned_by,))
		self.set_onload("approvers", others)
		if self.request and self.status == "Planned":
			request = frappe.get_doc("Data Subject Request", self.request)
			self.set_onload("answers", request.status == "Open")
			self.set_onload("ended_hold", None if self.planned_count else self.ended_hold())
			telling.show(self, request)

	def ended_hold(self) -> str | None:
		"""A hold, or a restriction of use, that keeps records in this plan and has ended since: another plan would erase them."""
		reasons = frappe.get_all(
			"Erasure Item", {"run": self.name}, pluck="reason", distinct=True, order_by=None
		)
		words = {word.strip("().,:") for reason in reasons for word in (reason or "").split()}
		in_force = {each.name for each in legal_holds.active().values()}
		ended = [
			name
			for doctype in (legal_holds.HOLD, restrictions.RESTRICTION)
			for name in frappe.get_all(doctype, {"name": ("in", words - in_force)}, pluck="name")
		]
		return min(ended, default=None)
