"""The help page of ERPNext (P-2) shows what global search finds, without asking who reads it."""

import frappe
from frappe import _

from client_comms.enforcement import guards
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold


def refuse_sources(doc, method=None) -> None:
	"""`validate` of Support Settings: the page does not search DocTypes with confidential documents.

	:raises ClearanceMissingError: the message names the row
	"""
	for row in doc.search_apis:
		if row.source_doctype and guards.is_held(row.source_doctype):
			frappe.throw(
				_(
					"Row {0}: {1} can contain confidential documents, and the help page would show them to everyone. Remove the row."
				).format(row.idx, bold(_(row.source_doctype))),
				exc=ClearanceMissingError,
				title=_("Clearance Missing"),
			)
