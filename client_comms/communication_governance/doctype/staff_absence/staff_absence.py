import frappe
from frappe import _
from frappe.utils import getdate

from client_comms import validation
from client_comms.document import Document
from client_comms.i18n import bold, name_of
from client_comms.roles import CONFIGURES_OR_AUDITS, role_names

_LONGEST_DAYS = 1000


class StaffAbsence(Document):
	"""When a user is away, and who substitutes for them (F-2).

	Users enter their own; managers enter anyone's. The reason is not recorded, because everyone can see absences.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from_date: DF.Date
		from_noon: DF.Check
		full_name: DF.Data | None
		substitute: DF.Link | None
		to_date: DF.Date
		until_noon: DF.Check
		user: DF.Link
	# end: auto-generated types

	def validate(self):
		self.validate_whose()
		self.validate_dates()
		self.validate_substitute()

	def on_trash(self):
		self.validate_whose()

	def validate_whose(self):
		"""
		:raises frappe.PermissionError: it is about someone else, and the user is not a manager
		"""
		before = self.get_doc_before_save()
		if {self.user, before.user if before else self.user} == {
			frappe.session.user
		} or may_enter_for_others():
			return
		frappe.throw(
			_("You can enter only your own absences. Ask someone with one of these roles: {0}.").format(
				bold(role_names(_managing_roles()))
			),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)

	def validate_dates(self):
		validation.require_filled(self, "from_date", "to_date")
		first, last = getdate(self.from_date), getdate(self.to_date)
		if not 0 <= (last - first).days <= _LONGEST_DAYS:
			frappe.throw(
				_("The last day must be on or after the first day, and at most {0} days later.").format(
					_LONGEST_DAYS
				),
				title=_("Days Not Possible"),
			)
		if first == last and self.from_noon and self.until_noon:
			frappe.throw(
				_("An absence of one day can begin or end at noon, but not both."),
				title=_("Days Not Possible"),
			)

	def validate_substitute(self):
		if self.substitute == self.user:
			frappe.throw(
				_(
					"{0} cannot substitute for themselves. Choose someone else, or leave the field empty."
				).format(name_of(self.user)),
				title=_("Substitute Not Possible"),
			)
		self.validate_who_named()
		if self.substitute and not frappe.db.get_value("User", self.substitute, "enabled"):
			frappe.throw(
				_("User {0} is disabled. Choose someone else.").format(name_of(self.substitute)),
				title=_("Substitute Not Possible"),
			)

	def validate_who_named(self):
		"""Who enters an absence for a colleague does not get their records by it (D-5)."""
		before = self.get_doc_before_save()
		is_named_now = not before or (before.user, before.substitute) != (self.user, self.substitute)
		if self.user != self.substitute == frappe.session.user and is_named_now:
			frappe.throw(
				_(
					"You cannot name yourself as the substitute of someone else. Ask {0}, or a colleague with one of these roles: {1}."
				).format(
					name_of(self.user),
					bold(role_names(_managing_roles())),
				),
				title=_("Substitute Not Possible"),
			)


def may_enter_for_others() -> bool:
	return frappe.session.user == "Administrator" or bool(_managing_roles() & set(frappe.get_roles()))


def _managing_roles() -> set[str]:
	manager = frappe.get_cached_doc("Client Comms Settings").manager_role
	return {*CONFIGURES_OR_AUDITS, "HR Manager", *([manager] if manager else [])}
