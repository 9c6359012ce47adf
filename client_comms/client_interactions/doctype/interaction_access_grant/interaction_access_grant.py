import frappe
from frappe import _
from frappe.utils import cstr, get_datetime

from client_comms import alerts, clock, ledger, validation, written_by_app
from client_comms.client_interactions import access_requests
from client_comms.document import Document
from client_comms.enforcement import policy, restrictions, sharing
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold
from client_comms.roles import role_names
from client_comms.rules import access

ACCESS_GRANTED, EMERGENCY_ACCESS = "Access Granted", "Emergency Access"
_RECORDED = ("valid_until", "reason")
_BY_THE_APP = ("break_glass",)


class InteractionAccessGrant(Document):
	"""Temporary access of one user to one interaction (P-2); it ends automatically at `valid_until`.

	It is granted by a user with oversight of the interaction, on request also by its responsible staff, or, as emergency access, taken by a user who has
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
		validation.require_filled(self, "interaction", "user", "valid_until")
		self.valid_until = clock.parse_end(self.valid_until)
		if not self.is_new():
			written_by_app.keep_fields(self, *_BY_THE_APP)
		self.validate_giver()
		if self.gives_access():
			self.validate_validity()
			sharing.require_clearance(self.user, self.level)
			self.granted_by = frappe.session.user
		else:
			self.granted_by = self.get_doc_before_save().granted_by

	def after_insert(self):
		interaction = self.record_given()
		self.record_in_ledger(ledger.EMERGENCY_ACCESS if self.break_glass else ledger.GRANT)
		if self.break_glass:
			alerts.emergency_access(interaction, self)

	def on_update(self):
		"""Lengthening a grant, or reviving one that has ended, is recorded as giving one; so is every other change."""
		before = self.get_doc_before_save()
		if before is None:
			return
		if self.gives_access():
			self.record_given()
			self.record_in_ledger(ledger.GRANT, before)
		elif any(cstr(self.get(field)) != cstr(before.get(field)) for field in _RECORDED):
			self.record_in_ledger(ledger.GRANT_CHANGED, before)

	def after_delete(self):
		self.record_in_ledger(ledger.GRANT_DELETED)

	@property
	def level(self) -> str:
		return frappe.db.get_value("Client Interaction", self.interaction, "confidentiality_level")

	def gives_access(self) -> bool:
		"""Whether the user gets access that they did not have through this grant: it is new, or ends later than before."""
		before = self.get_doc_before_save()
		return before is None or self.valid_until > get_datetime(before.valid_until)

	def record_given(self):
		"""In the history of the interaction; returns it."""
		interaction = frappe.get_doc("Client Interaction", self.interaction)
		# A request for access by the user is decided by this.
		interaction.append_event(
			EMERGENCY_ACCESS if self.break_glass else ACCESS_GRANTED,
			clock.now(),
			self.reason if self.break_glass else f"{self.user}: {self.reason}",
			source=self,
			action_key=access_requests.key_of(interaction, self.user),
		)
		with restrictions.logging():  # access is decided as always
			interaction.save_by_app()
		return interaction

	def record_in_ledger(self, action: str, before=None):
		until = f"{before.valid_until} → {self.valid_until}" if before else self.valid_until
		ledger.record(
			action,
			"Client Interaction",
			self.interaction,
			self.level,
			reason=f"{self.user}, {until}: {self.reason}",
		)

	def validate_validity(self):
		"""A grant can be ended early at any time."""
		if self.valid_until <= clock.now():
			frappe.throw(_("Choose an end in the future."), title=_("Grant Already Expired"))

	def validate_giver(self):
		"""Users with oversight give, lengthen and end grants; emergency access is only for oneself, only through
		`break_glass`, and is not lengthened."""
		if self.flags.emergency:
			return
		if self.break_glass and self.is_new():
			self._refuse_giver()
		record = policy.stored_record(self.interaction)
		if self.flags.on_request and record.responsible_staff == frappe.session.user:
			return  # `access_requests` has checked the request
		if not access.has_oversight(policy.subject(), record, policy.current()):
			self._refuse_giver()
		if self.break_glass and self.gives_access():
			frappe.throw(
				_("Emergency access cannot be lengthened. Create another Interaction Access Grant instead."),
				exc=ClearanceMissingError,
				title=_("Cannot Be Lengthened"),
			)

	def _refuse_giver(self):
		frappe.throw(
			_(
				"Only users with oversight of {0} can grant access to an interaction. Ask someone with one of these roles: {1}."
			).format(
				bold(_(self.level)),
				bold(role_names(access.oversight_roles(policy.current(), self.level))),
			),
			exc=ClearanceMissingError,
			title=_("No Oversight"),
		)


def on_doctype_update():
	"""The row condition queries a user's grants for every list (D-5)."""
	frappe.db.add_index("Interaction Access Grant", ["user", "valid_until"])
