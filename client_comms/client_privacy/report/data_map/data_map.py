"""The data map: which fields hold data about clients, for what, on which basis, how long, and who gets them (P-2, GDPR Art. 30)."""

import frappe
from frappe import _

from client_comms.client_privacy.requests import processing_record
from client_comms.roles import require_configuring_or_auditing
from client_comms.rules.messages import _ as N_

# Field → its column, with the width.
_COLUMNS = (
	("doctype", N_("Document Type"), 170),
	("label", N_("Field"), 170),
	("fieldname", N_("Field Name"), 150),
	("purpose", N_("Purpose"), 220),
	("basis", N_("Legal Basis"), 200),
	("retention", N_("Retention"), 190),
	("erasure", N_("Erasure"), 100),
	("recipients", N_("Recipients"), 150),
	("subjects", N_("Data Subjects"), 170),
	("transfers", N_("Transfers to Third Countries"), 180),
	("to_decide", N_("To Decide"), 320),
)


def execute(filters=None):
	"""A row for each field.

	:param filters: `document_type`; `to_decide`: only what no one has decided yet
	:raises frappe.PermissionError: the user is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	filters = frappe._dict(filters or {})
	rows = processing_record.rows()
	if filters.document_type:
		rows = _named(rows, filters.document_type.casefold())
	if filters.to_decide:
		rows = [row for row in rows if row["to_decide"]]
	rows = [{**row, "doctype": _(row["doctype"])} for row in rows]
	message = None if rows else _("No field matches the filters. Empty them to see all fields.")
	return columns(), rows, message


def columns() -> list[dict]:
	return [
		{"fieldname": name, "label": _(label), "fieldtype": "Data", "width": width}
		for name, label, width in _COLUMNS
	]


def _named(rows: list[dict], wanted: str) -> list[dict]:
	"""Those of the DocType with this name, in English or the user's language; if there is none, those whose names contain it."""
	names = [{row["doctype"].casefold(), _(row["doctype"]).casefold()} for row in rows]
	exact = [row for row, called in zip(rows, names, strict=True) if wanted in called]
	return exact or [
		row for row, called in zip(rows, names, strict=True) if any(wanted in name for name in called)
	]
