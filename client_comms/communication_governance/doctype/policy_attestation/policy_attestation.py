import frappe
from frappe import _

from client_comms.document import Document


class PolicyAttestation(Document):
	"""A user's confirmation of having read a version of a policy; evidence, created only by
	`people.policies.attest` (T-3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		attested_on: DF.Datetime
		full_name: DF.Data | None
		ip_address: DF.Data | None
		policy: DF.Link
		policy_title: DF.Data | None
		user: DF.Link
		version_label: DF.Data | None
	# end: auto-generated types

	def before_insert(self):
		if not self.flags.attesting:
			self.refuse()

	def validate(self):
		if not self.is_new():
			self.refuse()

	def before_rename(self, *args):
		self.refuse()

	def on_trash(self):
		self.refuse()

	def refuse(self):
		frappe.throw(
			_(
				"Confirmations cannot be edited. Users create them with the button on the policy after reading it."
			),
			title=_("Confirmation Cannot Be Edited"),
		)


def on_doctype_update():
	"""One per user and version."""
	frappe.db.add_unique("Policy Attestation", ["policy", "user"])
