import frappe

from client_comms import roles
from client_comms.client_privacy import telling
from client_comms.client_privacy.packages.collecting import READY
from client_comms.client_privacy.packages.result import WrittenByPackages
from client_comms.client_privacy.requests import subjects
from client_comms.clients import parties
from client_comms.enforcement import client_documents


class DataPackage(WrittenByPackages):
	"""The copy of all data about a client, made for one request, released by a second person, deleted after a term (P-2).

	Users are stored as text, so that copies do not prevent a user from being deleted.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		attempts: DF.Int
		chosen_by: DF.Link | None
		chosen_on: DF.Datetime | None
		confidentiality_level: DF.Link | None
		contact: DF.Link | None
		downloaded_on: DF.Datetime | None
		downloads: DF.Int
		ended_on: DF.Datetime | None
		error: DF.SmallText | None
		expires_on: DF.Datetime | None
		failed_count: DF.Int
		included_count: DF.Int
		left_out_count: DF.Int
		made_by: DF.Link | None
		made_on: DF.Datetime | None
		masked_count: DF.Int
		naming_series: DF.Literal["DP-.YYYY.-.#####"]
		party: DF.DynamicLink | None
		party_name: DF.Data | None
		party_type: DF.Link | None
		planned: DF.Check
		released_by: DF.Data | None
		released_on: DF.Datetime | None
		released_otherwise: DF.SmallText | None
		request: DF.Link | None
		right: DF.Data | None
		status: DF.Literal["Collecting", "Ready", "Released", "Discarded", "Deleted", "Failed"]
		stored_as: DF.Data | None
		total_count: DF.Int
	# end: auto-generated types

	def onload(self):
		"""For the form: whether the client gets a link by email, which addresses of theirs others have as well, and for a user who cannot
		release the copy, the names of those who can."""
		if self.status == READY:
			self.set_onload("gets_email", telling.gets_email(self))
			self.set_onload("shared_addresses", self.shared_addresses())
		others = roles.some_with_role(roles.COMPLIANCE_OFFICER, besides=(self.made_by, self.chosen_by))
		self.set_onload("releasers", others)

	def shared_addresses(self) -> list[dict]:
		"""`[{"address", "doctype", "name"}]`: addresses by which nothing is found, with the client or the record that has them as well, if
		the user can see that."""
		request = frappe.get_doc("Data Subject Request", self.request)
		return [
			{"address": address, **_as_seen(*other)}
			for address, other in sorted(subjects.not_in_copy(request).items())
		]


def _as_seen(doctype: str, name: str) -> dict:
	if doctype == "Contact":
		doctype, name = parties.of_contact(name) or (doctype, name)
	if doctype in parties.PARTY_TYPES:
		seen = client_documents.is_open(doctype, name, frappe.session.user)
	else:
		seen = frappe.has_permission(doctype, "read", doc=name)
	return {"doctype": doctype, "name": name} if seen else {"doctype": None, "name": None}
