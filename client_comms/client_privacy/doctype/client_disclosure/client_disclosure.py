import frappe
from frappe import _

from client_comms.document import Document


class ClientDisclosure(Document):
	"""One entry of the disclosure register: which of a client's information was sent to whom, and on which basis (P-2).

	It is written by the gate that everything passes before it is sent; users cannot create, change or delete entries.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		basis: DF.Literal["Own Information", "Consent", "Reason Given", "Not Required"]
		channel: DF.Link | None
		client_interaction: DF.Link | None
		communication: DF.Link | None
		confidentiality_level: DF.Link | None
		consent: DF.Link | None
		contact: DF.Link | None
		description: DF.SmallText
		disclosed_by: DF.Link
		disclosed_on: DF.Datetime
		email_queue: DF.Data | None
		identity_verification: DF.Link | None
		naming_series: DF.Literal["CD-.YYYY.-.#####"]
		outcome: DF.Literal["Sent", "Held Back", "Not Sent"]
		party: DF.DynamicLink | None
		party_name: DF.Data | None
		party_type: DF.Link | None
		preferred_channel: DF.Link | None
		reason: DF.SmallText | None
		recipient: DF.Data
		recipient_kind: DF.Literal["Client", "Third Party"]
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		third_party: DF.Link | None
	# end: auto-generated types

	def validate(self):
		if not (self.is_new() and self.flags.by_gate):
			_refuse()

	def on_trash(self):
		_refuse()


def _refuse():
	frappe.throw(
		_(
			"The disclosure register is written automatically, and no one can change it. If an entry is wrong, add a comment to it."
		),
		title=_("Register Cannot Be Changed"),
	)


def on_doctype_update():
	"""Clients and auditors ask by client and by recipient, and the register is read from its end."""
	frappe.db.add_index("Client Disclosure", ["party_type", "party", "disclosed_on"])
	frappe.db.add_index("Client Disclosure", ["recipient", "disclosed_on"])
	frappe.db.add_index("Client Disclosure", ["disclosed_on"])
