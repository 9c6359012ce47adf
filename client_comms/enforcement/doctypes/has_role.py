"""Roles of users change with their users, so that their access and the ledger follow (D-5, R-3)."""

import frappe
from frappe import _

from client_comms.i18n import bold

_USER = "User"


class GuardedHasRole:
	"""Frappe's row of a role, in a user, a report or another document; of its methods here, Frappe calls none when the document is saved."""

	def validate(self):
		self._refuse_of_users()
		if hasattr(super(), "validate"):
			super().validate()

	def on_trash(self):
		self._refuse_of_users()
		if hasattr(super(), "on_trash"):
			super().on_trash()

	def _refuse_of_users(self) -> None:
		stored = (
			None if self.is_new() else frappe.db.get_value(self.doctype, self.name, ["parenttype", "parent"])
		)
		for parenttype, parent in ((self.parenttype, self.parent), stored or (None, None)):
			if parenttype == _USER:
				frappe.throw(
					_("This row cannot be changed on its own. Open {0} {1} and change the row there.").format(
						_(_USER), bold(parent)
					),
					title=_("Row Belongs to a Document"),
				)
