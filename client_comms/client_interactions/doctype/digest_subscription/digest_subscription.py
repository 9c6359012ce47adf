import frappe
from frappe import _

from client_comms import procedure, validation
from client_comms.document import Document, name_by_user
from client_comms.i18n import name_of
from client_comms.left_empty import LeavesEmpty, typed_time


class DigestSubscription(LeavesEmpty, Document):
	"""When a user receives the daily email about what clients are owed, and what it contains.

	`sent_on` is the last processed day, so an email is sent at most once a day.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		enabled: DF.Check
		own_items: DF.Check
		send_at: DF.Time
		sent_on: DF.Date | None
		team_items: DF.Check
		unlogged: DF.Check
		user: DF.Link
	# end: auto-generated types

	LEFT_EMPTY = ("send_at",)

	def autoname(self):
		name_by_user(self)

	def before_insert(self):
		# The user owns it, regardless of who creates it, and can read and change it.
		self.owner = self.user
		if not typed_time(self.send_at):
			self.send_at = frappe.get_cached_doc("Client Comms Settings").digest_at or procedure.DIGEST_AT

	def validate(self):
		self.validate_user()
		validation.require_times(self, "send_at")
		before = self.get_doc_before_save()
		self.sent_on = before.sent_on if before else self.flags.sent_on  # requests cannot set it

	def validate_user(self):
		"""Users subscribe for themselves; only users who see all subscriptions can do it for others."""
		if self.user != frappe.session.user and not frappe.has_permission(self.doctype, "report"):
			frappe.throw(
				_("You can subscribe to the daily email for yourself only. Choose yourself as the user."),
				exc=frappe.PermissionError,
				title=_("Not Your Subscription"),
			)
		if frappe.db.get_value("User", self.user, "user_type") != "System User":
			frappe.throw(
				_("{0} is not a desk user. Choose a user who is.").format(name_of(self.user)),
				title=_("Not a Desk User"),
			)
