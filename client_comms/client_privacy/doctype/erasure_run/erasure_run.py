import frappe

from client_comms import roles
from client_comms.client_privacy import telling
from client_comms.client_privacy.erasure.result import ErasureResult


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
			telling.show(self, request)
