from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import alerts, clock
from client_comms.client_privacy import identity
from client_comms.clients import contacts
from client_comms.document import Document
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold
from client_comms.roles import users_with_role

COMPLIANCE_OFFICER = "Compliance Officer"


class IdentityVerification(Document):
	"""One check of a client's identity (P-1).

	Checks cannot be changed. After too many failures in a row no further check is accepted until a
	Compliance Officer records one as `Unlocked`.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		attempts: DF.Int
		client_interaction: DF.Link | None
		code_hash: DF.Data | None
		contact: DF.Link | None
		method: DF.Literal[
			"Call-back to Number on File",
			"Document Seen",
			"Portal Login",
			"Knowledge Question",
			"One-Time Code by Email",
			"Secure Link",
		]
		naming_series: DF.Literal["IV-.YYYY.-.#####"]
		note: DF.SmallText | None
		party: DF.DynamicLink
		party_name: DF.Data | None
		party_type: DF.Link
		result: DF.Literal["Confirmed", "Failed", "Pending", "Unlocked"]
		sent_to: DF.Data | None
		valid_until: DF.Datetime | None
		verified_by: DF.Link | None
		verified_on: DF.Datetime | None
	# end: auto-generated types

	def validate(self):
		contacts.set_client(self)
		if self.is_new():
			self.validate_result()
			self.validate_not_locked()
			self.set_verified()
		else:
			self.validate_unchanged()

	def after_insert(self):
		self.report_lock()

	def validate_result(self):
		"""Codes and logins are confirmed by the app, not by hand; only a Compliance Officer can unlock."""
		if self.flags.by_the_app:
			return
		if self.method in (identity.PORTAL_LOGIN, identity.SECURE_LINK):
			frappe.throw(
				_(
					"{0} is recorded when the client answers that way. Choose how you confirmed the client's identity."
				).format(bold(_(self.method))),
				title=_("Method Not Available"),
			)
		if self.method == identity.CODE or self.result == identity.PENDING:
			frappe.throw(
				_(
					"One-time codes are sent and checked automatically. Use Verify Identity on the interaction."
				),
				title=_("Not Entered by Hand"),
			)
		if self.result == identity.UNLOCKED and COMPLIANCE_OFFICER not in frappe.get_roles():
			frappe.throw(
				_("Only a {0} can unlock identity checks.").format(bold(_(COMPLIANCE_OFFICER))),
				exc=frappe.PermissionError,
				title=_("Not Permitted"),
			)

	def validate_not_locked(self):
		if self.result == identity.UNLOCKED:
			return
		if identity.state(self.party_type, self.party, self.contact, self.level).locked:
			frappe.throw(
				_("{0} failed too many identity checks. Ask a {1} to investigate and unlock them.").format(
					bold(self.party_name), bold(_(COMPLIANCE_OFFICER))
				),
				exc=ActionNotPossibleError,
				title=_("Identity Checks Locked"),
			)

	def set_verified(self):
		"""Set who checked and when, and until when it is valid, depending on the level of the record; without one, each use asks
		for its own age (`identity.state`)."""
		self.verified_by = frappe.session.user
		self.verified_on = clock.now()
		if self.result != identity.CONFIRMED:
			self.valid_until = None
		elif self.level and (days := identity.validity_days(self.level)):
			self.valid_until = self.verified_on + timedelta(days=days)
		elif self.valid_until:
			self.valid_until = clock.parse_end(self.valid_until)

	@property
	def level(self) -> str | None:
		return self.client_interaction and frappe.db.get_value(
			"Client Interaction", self.client_interaction, "confidentiality_level"
		)

	def validate_unchanged(self):
		"""Results cannot be changed: only a pending code gets its result, which the app writes."""
		before = self.get_doc_before_save()
		if self.flags.by_the_app and before.result == identity.PENDING:
			return
		changed = [
			df.label
			for df in self.meta.fields
			if df.fieldname not in ("note",)
			and _plain(self.get(df.fieldname)) != _plain(before.get(df.fieldname))
		]
		if changed:
			frappe.throw(
				_("Identity checks cannot be changed. Record a new one."),
				title=_("Check Cannot Be Changed"),
			)

	def conclude(self, result: str):
		"""Write the result of a one-time code."""
		self.result = result
		self.code_hash = None  # it is no longer valid
		self.set_verified()
		self.save_by_app()
		self.report_lock()

	def report_lock(self):
		"""Report the failure that locks identity checks to the Compliance Officers immediately (P-1, R-3)."""
		if self.result != identity.FAILED:
			return
		if identity.state(self.party_type, self.party, self.contact, self.level).locked:
			alerts.tell(
				users_with_role(COMPLIANCE_OFFICER),
				lambda: _("Identity checks locked after too many failures: {0}").format(self.name),
				self.doctype,
				self.name,
			)

	def on_trash(self):
		frappe.throw(
			_(
				"Identity checks cannot be deleted, because they are evidence. If one is wrong, record a new one: a failed check ends earlier confirmations."
			),
			title=_("Check Cannot Be Deleted"),
		)


def _plain(value):
	if hasattr(value, "isoformat") or (isinstance(value, str) and value[:4].isdigit() and ":" in value):
		return get_datetime(value).replace(microsecond=0)
	return value or None


def on_doctype_update():
	frappe.db.add_index("Identity Verification", ["party_type", "party"])
