"""Frappe's Data Import compares a row with the stored document before anyone asks whether the user may change that: what it
says about a row, “No changes to update” or not permitted, tells whether a guess about a hidden document is right (P-2).

Its file has the texts of all documents before any of them has a level, and so have its preview and what it says about rows: if they can be
confidential, the import is for the user who entered it.
"""

from collections.abc import Callable, Iterator

import frappe
from frappe import _
from frappe.core.doctype.data_import.importer import get_id_field

from client_comms import compat
from client_comms.enforcement import dependents, documents, guards, interactions
from client_comms.enforcement.readers import listed_for
from client_comms.enforcement.requests import added_rows
from client_comms.enforcement.row_conditions import among, literal, of_row
from client_comms.i18n import bold

IMPORT = "Data Import"
_DECIDES = ("owner", "reference_doctype")


def condition(user=None, doctype=None) -> str:
	user = user or frappe.session.user
	if not guards.is_restricted(user, listed_for()):
		return ""
	confidential = among(f"`tab{IMPORT}`.`reference_doctype`", _confidential())
	return f"(`tab{IMPORT}`.`owner` = {literal(user)} or not {confidential})"


def log_condition(user=None, doctype=None) -> str:
	"""Of what an import says about its rows; with ERPNext's bank statements, it is not one of Data Import."""
	visible = condition(user)
	return visible and of_row(IMPORT, "`tabData Import Log`.`data_import`", visible, missing="1")


def has_permission(doc, ptype=None, user=None, debug=False):
	"""By what is stored: a request could say that the import is its sender's own, or of something else."""
	stored = doc.name and not doc.is_new() and frappe.db.get_value(IMPORT, doc.name, _DECIDES, as_dict=True)
	return _objection(stored, ptype, user)


def has_log_permission(doc, ptype=None, user=None, debug=False):
	named = not doc.is_new() and frappe.db.get_value(doc.doctype, doc.name, "data_import")
	return _objection(named and frappe.db.get_value(IMPORT, named, _DECIDES, as_dict=True), ptype, user)


def _objection(stored, ptype: str | None, user: str | None):
	user = user or frappe.session.user
	if not stored or stored.owner == user or stored.reference_doctype not in _confidential():
		return compat.no_objection()
	if not guards.is_restricted(user, dependents.outward(interactions.action_of(ptype))):
		return compat.no_objection()
	return compat.objection(
		_(
			"An import of {0} is for the user who entered it, because its file can contain confidential text."
		).format(bold(_(stored.reference_doctype)))
	)


def _confidential() -> set[str]:
	"""The DocTypes whose documents can be confidential on this site."""
	return {each for each in guards.held() if each not in documents.SETTING or documents.is_governed(each)}


def update_readable(update: Callable, importer, doc):
	"""Stands around Frappe's update of a document by a row of the file. The file that was looked at before may be another one now, and a Google Sheet
	another text, so it is asked here.

	:raises ClearanceMissingError: the session user cannot read the document, or change that of a row which the file names
	"""
	if guards.is_restricted():
		named = get_id_field(importer.doctype).fieldname
		guards.require(importer.doctype, doc.get(named))
		added_rows.refuse_taken(_added_tables(importer.doctype), set(_names_of_rows(doc)))
	return update(importer, doc)


def _added_tables(doctype: str) -> list[str]:
	own = {field.options for field in frappe.get_meta(doctype).get_table_fields()}
	return [each for each in added_rows.in_added_tables() if each in own]


def _names_of_rows(doc: dict) -> Iterator[str]:
	"""Frappe has already loaded a row that the file names, whosever it is."""
	for value in doc.values():
		if isinstance(value, list):
			yield from (str(row.get("name")) for row in value if row.get("name"))
