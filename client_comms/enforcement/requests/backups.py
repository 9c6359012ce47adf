"""Backups of the database contain every record (P-2). Frappe gives the roles System Manager a page to make and download them."""

import frappe
from frappe import _

from client_comms.enforcement import guards, refusals
from client_comms.exceptions import ClearanceMissingError

_FILES = "/backups"  # as Frappe itself tells such requests


def refuse() -> None:
	"""`before_request`: only users with access to everything can download a backup; everyone else leaves it to the server.

	:raises ClearanceMissingError: there may be records that the user cannot read
	"""
	if frappe.request.path.startswith(_FILES) and guards.is_restricted():
		frappe.throw(
			_("A backup contains every record.") + "<br>" + refusals.without_every_clearance(),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
