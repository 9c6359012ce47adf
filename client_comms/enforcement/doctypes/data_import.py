"""Frappe's Data Import compares a row with the stored document before anyone asks whether the user may change that: what it
says about a row, “No changes to update” or not permitted, tells whether a guess about a hidden document is right (P-2).

Its file has the texts of all documents before any of them has a level, and so have its preview and what it says about rows: if they can be
confidential, the import is for the user who entered it.
"""

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.core.doctype.data_import.importer import get_id_field
from frappe.utils import create_batch
from frappe.utils.background_jobs import is_job_enqueued

from client_comms import compat, transactions
from client_comms.enforcement import dependents, documents, guards, interactions
from client_comms.enforcement.readers import listed_for
from client_comms.enforcement.requests import added_rows
from client_comms.enforcement.row_conditions import among, literal, of_row
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold

IMPORT = "Data Import"
_DECIDES = ("owner", "reference_doctype")
_UPDATE = "Update Existing Records"
_AT_ONCE = 1_000  # names in a query
_NAMED = 5  # documents in a message


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


class GuardedDataImport:
	def validate(self):
		"""What was looked at is what will be imported."""
		if not self.is_new() and guards.is_restricted() and is_job_enqueued(f"data_import::{self.name}"):
			frappe.throw(_("This import is under way. Change it when it has ended, or make another one."))
		super().validate()

	def start_import(self):
		"""
		:raises ClearanceMissingError: the file names documents, or rows of documents, that the session user cannot read
		"""
		updates = self.import_type == _UPDATE and guards.is_held(self.reference_doctype)
		tables = _added_tables(self.reference_doctype)
		if (updates or tables) and guards.is_restricted():
			transactions.lock(self.doctype, self.name)
			self.reload()  # no one exchanges the file between this look at it and the job
			if self.google_sheets_url and not self.import_file:
				_refuse(_("Import a file: a Google Sheet can change until it is read again."))
			payloads = self.get_importer().import_file.get_payloads_for_import()
			documents = [
				each.doc for each in payloads if each.doc
			]  # none of a row without a value that is imported
			if tables:
				added_rows.refuse_taken(tables, set(_names_of_rows(documents)))
			if updates:
				_require_readable(self.reference_doctype, documents)
		return super().start_import()


def _added_tables(doctype: str) -> list[str]:
	own = {field.options for field in frappe.get_meta(doctype).get_table_fields()}
	return [each for each in added_rows.in_added_tables() if each in own]


def _names_of_rows(documents: list[dict]) -> Iterator[str]:
	"""Frappe has already loaded a row that the file names, whosever it is."""
	for value in (value for doc in documents for value in doc.values() if isinstance(value, list)):
		yield from (str(row.get("name")) for row in value if row.get("name"))


def _require_readable(doctype: str, documents: list[dict]) -> None:
	named = get_id_field(doctype).fieldname
	names = sorted({str(doc[named]) for doc in documents if doc.get(named)})
	hidden = []
	for batch in create_batch(names, _AT_ONCE):
		known = frappe.get_all(doctype, {"name": ("in", batch)}, pluck="name", order_by=None)
		hidden += sorted({*map(str, known)} - guards.readable(doctype, [*map(str, known)]))
	if hidden:
		shown = ", ".join(hidden[:_NAMED]) + (" …" if len(hidden) > _NAMED else "")
		_refuse(
			_(
				"You have no clearance for some of these documents: {0}. Take their rows out of the file."
			).format(shown)
		)


def _refuse(reason: str) -> None:
	frappe.throw(
		reason + "<br>" + _("Nothing was imported."),
		exc=ClearanceMissingError,
		title=_("Clearance Missing"),
	)
