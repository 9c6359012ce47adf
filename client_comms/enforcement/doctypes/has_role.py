"""Roles of users change with their users, so that their access and the ledger follow (D-5, R-3)."""

import frappe
from frappe import _

from client_comms.enforcement import compose
from client_comms.i18n import bold

_USER = "User"


class GuardedHasRole:
	"""Frappe's row of a role, in a user, a report or another document; of its methods here, Frappe calls none when the document is saved.

	A request cannot save the row of a user. Code of other apps does, as Frappe Learning gives a role and, when it is installed, roles to
	Administrator: then what follows a user who is saved follows.
	"""

	def validate(self):
		self._refuse_of_users()
		if hasattr(super(), "validate"):
			super().validate()

	def on_trash(self):
		self._refuse_of_users()
		if hasattr(super(), "on_trash"):
			super().on_trash()

	def on_update(self):
		self._follow(had=False)
		if hasattr(super(), "on_update"):
			super().on_update()

	def after_delete(self):
		self._follow(had=True)
		if hasattr(super(), "after_delete"):
			super().after_delete()

	def _refuse_of_users(self) -> None:
		if self.flags.ignore_permissions or _is_on_the_server():
			return
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

	def _follow(self, had: bool) -> None:
		"""Call our handlers of a user who is saved, with the roles of before.

		:param had: whether the user had the role, and has it no more
		"""
		if self.parenttype != _USER or not frappe.db.exists(_USER, self.parent):
			return
		frappe.clear_cache(user=self.parent)
		user, before = frappe.get_doc(_USER, self.parent), frappe.get_doc(_USER, self.parent)
		before.roles = [row for row in before.roles if row.role != self.role]
		if had:
			before.append("roles", {"role": self.role})
		user._doc_before_save = before
		(events,) = compose.own("doc_events")[_USER]
		for handler in events["on_update"]:
			frappe.get_attr(handler)(user)


def _is_on_the_server() -> bool:
	"""Whether an app is installed or upgraded, or a job of no user runs."""
	return frappe.session.user == "Administrator" and not getattr(frappe.local, "request", None)
