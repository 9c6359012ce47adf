"""Tools of System Managers that do not ask for permission (P-2).

What queries the database directly stays open to users with access to everything, and to Administrator.
"""

import frappe
from frappe import _

from client_comms.enforcement import guards
from client_comms.exceptions import ClearanceMissingError


class GuardedSystemConsole:
	"""Frappe's System Console, in SQL and Python."""

	def run(self):
		_require_everything(_("The System Console shows every record."))
		return super().run()


class GuardedBulkUpdate:
	"""Updates all rows that match an SQL condition; which rows these are reveals hidden text."""

	@frappe.whitelist()
	def bulk_update(self):
		if guards.is_held(self.document_type):
			_require_everything(
				_(
					"Bulk Update searches all records, including confidential ones. Change them in the list view instead."
				)
			)
		return super().bulk_update()


class GuardedPermissionInspector:
	"""Explains what another user may do with a document; a refusal by User Permissions quotes the document's fields."""

	@frappe.whitelist()
	def debug(self):
		guards.require(self.ref_doctype, self.docname)
		return super().debug()


def _require_everything(reason: str) -> None:
	if guards.is_restricted():
		frappe.throw(
			reason + "<br>" + _("Clearance for every level is required."),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
