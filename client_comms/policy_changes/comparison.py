"""Two matrix versions side by side, in the words of the form (T-4)."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model import no_value_fields
from frappe.model.meta import Meta

from client_comms.policy_changes.changes import MATRIX
from client_comms.rules.document_difference import Difference, differences

# Table → the fields by which a row is recognised, of every document of the policy.
KEYS = {
	"rules": ("communication_type",),
	"priorities": ("communication_type", "priority"),
	"parties": ("communication_type", "party", "role"),
	"documentation": ("communication_type", "documentation_method", "channel"),
	"clearances": ("role",),
	"hours": ("weekday", "start_time"),
	"further_holiday_lists": ("holiday_list",),
	"escalation_steps": ("clock", "after_working_hours", "to"),
	"source_rules": (),
	"checked_documents": ("document_type",),
	"communication_types": ("communication_type",),
	"channels": ("channel",),
	"retention_exceptions": ("communication_type",),
	"criteria": ("criterion",),
}


def of_versions(one: str, other: str) -> list[dict]:
	"""The differences between two versions: see `rows`."""
	old, new = (frappe.get_doc(MATRIX, name) for name in (one, other))
	for doc in (old, new):
		doc.check_permission("read")
	meta = frappe.get_meta(MATRIX)
	return rows(meta, differences(values(old), values(new), KEYS))


def values(doc, fields: Iterable[str] | None = None) -> dict:
	"""What users enter in a document, by field name; tables as lists of rows. Empty values are left out."""
	found = {}
	for df in doc.meta.fields:
		if fields is not None and df.fieldname not in fields:
			continue
		if fields is None and (df.read_only or df.hidden):
			continue
		if df.fieldtype in ("Table", "Table MultiSelect"):
			found[df.fieldname] = [_row(row) for row in doc.get(df.fieldname)]
		elif df.fieldtype not in no_value_fields and not df.is_virtual:
			found[df.fieldname] = _plain(doc.get(df.fieldname))
	return found


def _row(row) -> dict:
	entered = {
		df.fieldname: _plain(row.get(df.fieldname))
		for df in row.meta.fields
		if df.fieldtype not in no_value_fields and not df.is_virtual
	}
	return {field: value for field, value in entered.items() if value not in (None, "")}


def _plain(value):
	"""Dates, times and moments as text, as in a file."""
	return value if isinstance(value, str | int | float | bool | None) else str(value)


def rows(meta: Meta, found: Iterable[Difference]) -> list[dict]:
	"""Differences as they are shown: `[{"kind": "added" | "removed" | "changed", "section", "row", "field", "old", "new"}]`,
	with translated labels and values."""
	return [_shown(meta, each) for each in found]


def _shown(meta: Meta, each: Difference) -> dict:
	of_row = frappe.get_meta(meta.get_field(each.table).options) if each.table else meta
	df = of_row.get_field(each.field)
	return {
		"kind": each.kind,
		"section": _(meta.get_label(each.table)) if each.table else "",
		"row": " · ".join(_(str(part)) for part in each.row),
		"field": _(df.label) if df else each.field,
		"old": _in_words(df, each.old),
		"new": _in_words(df, each.new),
	}


def _in_words(df, value) -> str:
	if value in (None, ""):
		return ""
	if df and df.fieldtype == "Check":
		return _("Yes") if value else _("No")
	if df and df.fieldtype in ("Link", "Select"):
		return _(str(value))
	return frappe.format(value, df) if df and df.fieldtype in ("Date", "Datetime", "Float") else str(value)
