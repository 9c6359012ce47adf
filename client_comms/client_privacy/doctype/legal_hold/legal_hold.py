import frappe
from frappe import _
from frappe.utils import getdate

from client_comms import clock, ledger, transactions, written_by_app
from client_comms.client_privacy.requests import told
from client_comms.clients import contacts
from client_comms.document import Document
from client_comms.enforcement import legal_holds
from client_comms.exceptions import ActionNotPossibleError

_BY_THE_APP = (
	"status",
	"placed_by",
	"placed_on",
	"released_by",
	"released_on",
	"release_reason",
)


class LegalHold(Document):
	"""Stops deletion, retention and erasure of a client, an interaction or a matter until it is released (P-2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		client_interaction: DF.Link | None
		hold_on: DF.Literal["Client", "Interaction", "Matter"]
		naming_series: DF.Literal["LH-.YYYY.-.#####"]
		on_doctype: DF.Data | None
		on_name: DF.Data | None
		party: DF.DynamicLink | None
		party_name: DF.Data | None
		party_type: DF.Link | None
		placed_by: DF.Link | None
		placed_on: DF.Datetime | None
		reason: DF.SmallText
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		release_reason: DF.SmallText | None
		released_by: DF.Link | None
		released_on: DF.Datetime | None
		status: DF.Literal["Active", "Released", "Expired"]
		told_to_staff: DF.Check
		valid_until: DF.Date | None
	# end: auto-generated types

	def validate(self):
		written_by_app.keep_fields(self, *_BY_THE_APP)
		if self.is_new():
			self.update({"placed_by": frappe.session.user, "placed_on": clock.now()})
		self.set_covered()
		self.validate_access()
		self.validate_end()
		if self.is_new() and not self.flags.follows:
			told.require_not_told((self.on_doctype, self.on_name))
		before = self.get_doc_before_save()
		if before and before.status != legal_holds.ACTIVE:
			frappe.throw(
				_("This hold has ended. Place a new one."),
				exc=ActionNotPossibleError,
				title=_("Hold Has Ended"),
			)

	def set_covered(self):
		"""One pair of fields for what is covered, and none of the others."""
		self.update({field: None for field in legal_holds.fields_of_others(self.hold_on)})
		self.on_doctype, self.on_name = legal_holds.covered(self)
		if not (self.on_doctype and self.on_name):
			frappe.throw(_("Enter what the hold covers."), frappe.MandatoryError, title=_("Covers Nothing"))
		self.party_name = None
		if self.hold_on == legal_holds.ON_CLIENT:
			contacts.set_name(self)

	def validate_access(self):
		"""A hold on a record that its author cannot read would tell them that it exists."""
		changed = self.is_new() or self.has_value_changed("on_doctype") or self.has_value_changed("on_name")
		if changed and self.hold_on != legal_holds.ON_CLIENT:
			frappe.has_permission(self.on_doctype, "read", doc=self.on_name, throw=True)

	def validate_end(self):
		"""The day is fixed: with another one, a hold would end early without a reason."""
		if not self.is_new() and self.has_value_changed("valid_until"):
			frappe.throw(
				_(
					"The last day of a hold cannot be changed. Release the hold with a reason, or place another one that lasts longer."
				),
				exc=ActionNotPossibleError,
				title=_("Last Day Is Fixed"),
			)
		if self.valid_until and self.is_new():
			if getdate(self.valid_until) < getdate(clock.now()):
				frappe.throw(
					_("The hold would end before today. Choose a later day, or leave the field empty."),
					title=_("Day in the Past"),
				)

	def after_insert(self):
		end = {"valid_until": [None, str(self.valid_until)]} if self.valid_until else None
		ledger.record(ledger.HOLD, self.on_doctype, self.on_name, None, rule=self.name, changes=end)

	def on_update(self):
		legal_holds.clear_cache()
		before = self.get_doc_before_save()
		changes = {
			field: [before.get(field), self.get(field)]
			for field in ("reason", "told_to_staff")
			if before and before.get(field) != self.get(field)
		}
		if changes:
			ledger.record(
				ledger.HOLD_CHANGED, self.on_doctype, self.on_name, None, rule=self.name, changes=changes
			)

	def release(self, reason: str):
		"""End the hold; the reason is kept.

		:raises ActionNotPossibleError: it has ended already, or the reason is missing
		"""
		if self.status != legal_holds.ACTIVE or not (reason or "").strip():
			frappe.throw(
				_("Only an active hold can be released, and only with a reason."),
				exc=ActionNotPossibleError,
				title=_("Not Released"),
			)
		self.update(
			{
				"status": legal_holds.RELEASED,
				"released_by": frappe.session.user,
				"released_on": clock.now(),
				"release_reason": reason,
			}
		)
		self.save_by_app(ignore_permissions=False)
		_record_end(self, legal_holds.RELEASED)

	def on_trash(self):
		frappe.throw(
			_("Legal holds cannot be deleted, because they are evidence. Release the hold instead."),
			title=_("Hold Cannot Be Deleted"),
		)


@transactions.again_if_undone
def expire():
	"""Every day: holds whose last day is over. They have had no effect since then."""
	over = {"status": legal_holds.ACTIVE, "valid_until": ("<", getdate(clock.now()))}
	for row in frappe.get_all(legal_holds.HOLD, over, ["name", "on_doctype", "on_name"], order_by="name asc"):
		with transactions.step("A hold could not be marked as expired", legal_holds.HOLD, row.name):
			if transactions.locked(legal_holds.HOLD, row.name).status != legal_holds.ACTIVE:
				continue  # released meanwhile
			frappe.db.set_value(legal_holds.HOLD, row.name, "status", legal_holds.EXPIRED)
			ledger.record_states(legal_holds.HOLD, [row.name])
			_record_end(row, legal_holds.EXPIRED)
	legal_holds.clear_cache()


def _record_end(hold, status: str) -> None:
	changes = {"status": [legal_holds.ACTIVE, status]}
	ledger.record(ledger.HOLD_LIFTED, hold.on_doctype, hold.on_name, None, rule=hold.name, changes=changes)


def on_doctype_update():
	frappe.db.add_index("Legal Hold", ["status", "valid_until"])
