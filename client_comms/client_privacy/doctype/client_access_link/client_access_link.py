from client_comms.document import Document


class ClientAccessLink(Document):
	"""A link through which a client answers without a login: for one purpose, for some days, once (P-3, C-1).

	The secret is only in the link; the site stores its keyed hash, which opens nothing.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		client_interaction: DF.Link | None
		consent: DF.Link | None
		contact: DF.Link | None
		data_package: DF.Link | None
		expires_on: DF.Datetime
		kind: DF.Literal["Consent", "Preferences", "Rating", "Data Package"]
		language: DF.Link | None
		party: DF.DynamicLink
		party_type: DF.Link
		sent_to: DF.Data
		state: DF.Literal["Open", "Used", "Revoked"]
		token_hash: DF.Data | None
		used_on: DF.Datetime | None
	# end: auto-generated types
