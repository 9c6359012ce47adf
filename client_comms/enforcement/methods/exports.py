"""Exports contain only the rows that the user can export, not all that they can read (D-5).

Frappe checks only the export permission of the DocType and then lists rows as for reading.
"""

from contextlib import AbstractContextManager

import frappe

from client_comms.enforcement import interactions, spreadsheets
from client_comms.enforcement.compose import call_previous
from client_comms.rules import access


@frappe.whitelist()
def export_query(**arguments):
	"""The export of a list or report view."""
	now_not_later()
	with exporting(), spreadsheets.texts_stay_texts():
		return call_previous("frappe.desk.reportview.export_query", **arguments)


@frappe.whitelist()
def export_data(**arguments):
	"""The export for data import."""
	with exporting(), spreadsheets.texts_stay_texts():
		return call_previous("frappe.core.doctype.data_export.exporter.export_data", **arguments)


@frappe.whitelist()
def download_template(**arguments):
	"""The template of a data import, filled with records."""
	with exporting(), spreadsheets.texts_stay_texts():
		return call_previous("frappe.core.doctype.data_import.data_import.download_template", **arguments)


def now_not_later() -> None:
	"""A background job would list without these conditions, so the export runs immediately."""
	frappe.form_dict.pop("export_in_background", None)


def exporting() -> AbstractContextManager[None]:
	"""Use the row conditions for exporting."""
	return interactions.listing_for(access.EXPORT)
