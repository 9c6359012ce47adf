import frappe
from frappe import _

from client_comms import written_by_app
from client_comms.document import Document
from client_comms.ledger import checkpoints, witnesses
from client_comms.rules.signed_notes import MalformedNote, PublicKey

_BY_THE_APP = witnesses.WRITTEN_BY_APP


class LedgerWitness(Document):
	"""Someone outside of the site who keeps the checkpoints of the ledger, and may co-sign them (P-2, R-3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cosigned_up_to: DF.Int
		delivered_on: DF.Datetime | None
		delivered_up_to: DF.Int
		email: DF.Data | None
		enabled: DF.Check
		every_minutes: DF.Int
		folder: DF.Data | None
		kind: DF.Literal["Email", "Folder", "HTTPS Endpoint"]
		last_error: DF.SmallText | None
		public_key: DF.SmallText | None
		tried_on: DF.Datetime | None
		url: DF.Data | None
		witness_name: DF.Data
	# end: auto-generated types

	def before_insert(self):
		"""A new witness gets the last checkpoint, which covers those before it."""
		written_by_app.keep_fields(self, *_BY_THE_APP)
		self.delivered_up_to = checkpoints.before_last()

	def validate(self):
		if not self.is_new():
			written_by_app.keep_fields(self, *_BY_THE_APP)
		witnesses.require_address(self)
		self.validate_key()

	@frappe.whitelist(methods=["POST"])
	def deliver(self):
		"""Deliver now, instead of waiting for the scheduler. This document may be what a request sent, so the stored one counts."""
		witnesses.deliver_to(self.name, permission="write")

	def validate_key(self):
		if not (self.public_key or "").strip():
			return
		try:
			self.public_key = str(PublicKey.parse(self.public_key))
		except MalformedNote as error:
			frappe.throw(
				_("{0} Ask the witness for the line that their tool prints as the public key.").format(error),
				title=_("Invalid Public Key"),
			)
