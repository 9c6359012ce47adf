"""Exports hold the rows that the user may export, not all that they may read (D-5).

Frappe asks for the export permission of the DocType alone and then lists rows as for reading.
"""

from contextlib import AbstractContextManager

import frappe
from frappe.core.doctype.data_export import exporter
from frappe.core.doctype.data_import import data_import
from frappe.desk import reportview

from client_comms.enforcement import interactions
from client_comms.rules import access


@frappe.whitelist()
def export_query():
	"""The export of a list or report view."""
	now_not_later()
	with exporting():
		return reportview.export_query()


@frappe.whitelist()
def export_data(**arguments):
	"""The export for data import."""
	with exporting():
		return frappe.call(exporter.export_data, **arguments)


@frappe.whitelist()
def download_template(**arguments):
	"""The template of a data import, filled with records."""
	with exporting():
		return frappe.call(data_import.download_template, **arguments)


def now_not_later() -> None:
	"""A job in the background would list without these conditions, so the export is made at once."""
	frappe.form_dict.pop("export_in_background", None)


def exporting() -> AbstractContextManager[None]:
	"""Row conditions are those for exporting."""
	return interactions.listing_for(access.EXPORT)
