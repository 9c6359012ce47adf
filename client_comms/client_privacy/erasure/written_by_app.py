"""Plans and results of erasure are written by the app only."""

import frappe
from frappe import _
from frappe.model.document import Document

from client_comms.exceptions import ResultIsFixedError


class WrittenByTheApp(Document):
	"""A document that users cannot create, change or delete (P-2)."""

	def validate(self):
		if not self.flags.by_the_app:
			self.refuse()

	def before_rename(self, *args):
		self.refuse()

	def on_trash(self):
		self.refuse()

	def refuse(self):
		frappe.throw(
			_("Plans and results of erasure are written automatically. Use the buttons of the run instead."),
			exc=ResultIsFixedError,
			title=_("Cannot Be Changed"),
		)
