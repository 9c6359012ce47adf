"""Splitting an Issue (P-2): ERPNext moves the named message, and all later ones of the Issue where that is filed."""

import frappe
from frappe import _

from client_comms.enforcement import documents, governed, guards, levels
from client_comms.enforcement.answers import Remembered
from client_comms.i18n import bold
from client_comms.rules import access


class GuardedIssue(Remembered):
	"""The Issue of ERPNext."""

	@frappe.whitelist()
	def split_issue(self, subject, communication_id):
		"""Move messages of this Issue, not of any other; the new Issue is at least as confidential.

		:raises frappe.PermissionError: the message belongs to another Issue, or the session user cannot change it
		"""
		filed = {"reference_doctype": self.doctype, "reference_name": self.name}
		if not frappe.db.exists(governed.COMMUNICATION, {"name": communication_id, **filed}):
			frappe.throw(
				_("This message does not belong to {0}.").format(bold(self.name)),
				exc=frappe.PermissionError,
				title=_("Not Permitted"),
			)
		guards.require(self.doctype, self.name, access.WRITE)
		guards.require(governed.COMMUNICATION, communication_id, access.WRITE)
		made = super().split_issue(subject, communication_id)
		# The request may contain another level than the database.
		level = frappe.db.get_value(self.doctype, self.name, "confidentiality_level")
		if level and documents.is_governed(self.doctype):
			levels.raise_to(self.doctype, made, level)
		return made
