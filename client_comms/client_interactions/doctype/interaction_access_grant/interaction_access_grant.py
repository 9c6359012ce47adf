import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from client_comms import alerts, clock, ledger, validation
from client_comms.enforcement import policy, sharing
from client_comms.exceptions import ClearanceMissingError
from client_comms.rules import access

ACCESS_GRANTED = "Access Granted"


class InteractionAccessGrant(Document):
	"""Temporary access of one user to one interaction (P-2); it ends automatically at `valid_until`.

	It is granted by a user with oversight of the interaction, or, as emergency access, taken by a user who has
	clearance but no need-to-know. A grant never replaces clearance: it only makes its user take part.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		break_glass: DF.Check
		granted_by: DF.Link | None
		interaction: DF.Link
		reason: DF.SmallText
		user: DF.Link
		valid_until: DF.Datetime
	# end: auto-generated types

	def validate(self):
		validation.require_texts_fit(self)
		self.validate_validity()
		self.validate_giver()
		sharing.require_clearance(self.user, self.level)

	def after_insert(self):
		interaction = frappe.get_doc("Client Interaction", self.interaction)
		interaction.record(ACCESS_GRANTED, note=f"{self.user}: {self.reason}", source=self)
		ledger.record(
			ledger.EMERGENCY_ACCESS if self.break_glass else ledger.GRANT,
			interaction.doctype,
			interaction.name,
			interaction.confidentiality_level,
			reason=f"{self.user}, {self.valid_until}: {self.reason}",
		)
		if self.break_glass:
			alerts.emergency_access(interaction, self)

	@property
	def level(self) -> str:
		return frappe.db.get_value("Client Interaction", self.interaction, "confidentiality_level")

	def validate_validity(self):
		"""A grant starts now; it can be ended early, but not extended after it has expired."""
		if self.is_new() and get_datetime(self.valid_until) <= clock.now():
			frappe.throw(_("Choose an end in the future."), title=_("Grant Already Expired"))

	def validate_giver(self):
		"""Users with oversight create grants; emergency access is only for oneself and only through `break_glass`."""
		if self.break_glass:
			if not self.flags.emergency:
				self._refuse_giver()
			return
		record = policy.stored_record(self.interaction)
		if not access.has_oversight(policy.subject(), record, policy.current()):
			self._refuse_giver()
		self.granted_by = frappe.session.user

	def _refuse_giver(self):
		frappe.throw(
			_(
				"Only users with oversight of {0} can grant access to an interaction. Ask someone with one of these roles: {1}."
			).format(
				frappe.bold(_(self.level)),
				frappe.bold(
					", ".join(_(r) for r in sorted(access.oversight_roles(policy.current(), self.level)))
				),
			),
			exc=ClearanceMissingError,
			title=_("No Oversight"),
		)


def on_doctype_update():
	"""The row condition queries a user's grants for every list (D-5)."""
	frappe.db.add_index("Interaction Access Grant", ["user", "valid_until"])
