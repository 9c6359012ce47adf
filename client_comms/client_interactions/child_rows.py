"""Rows of an interaction that are accessed by their own name without the parent (API, import, server scripts)."""

import frappe
from frappe import _
from frappe.model.document import Document

from client_comms.enforcement.child_rows import GuardedRow


class InteractionRow(GuardedRow, Document):
	"""A child row that is as confidential as its interaction, and can be changed only with it.

	Frappe checks a row fetched by its own name only against the parent's DocType, and saves rows of a
	parent without calling their `validate`, so these methods are called only when the parent is bypassed.
	"""

	def has_permission(self, permtype="read", *args, **kwargs) -> bool:
		if not (self.parenttype and self.parent and frappe.db.exists(self.parenttype, self.parent)):
			return False
		return frappe.get_doc(self.parenttype, self.parent).has_permission(permtype, *args, **kwargs)

	def validate(self):
		self.refuse()

	def on_trash(self):
		self.refuse()

	def refuse(self):
		frappe.throw(
			_(
				"Rows of an interaction cannot be changed on their own. Open interaction {0} and change the row there."
			).format(frappe.bold(self.parent)),
			title=_("Row Belongs to an Interaction"),
		)
