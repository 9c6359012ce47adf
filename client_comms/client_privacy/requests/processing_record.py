"""The data map field by field, as a record of processing activities (GDPR Art. 30), with what no one has decided yet (P-2).

The report *Data Map* shows it, and `bench client-comms data-map` prints it.
"""

from collections.abc import Iterator

import frappe
from frappe import _

from client_comms import clock
from client_comms.client_privacy.erasure import records
from client_comms.client_privacy.requests import data_map

_ABOUT = ("purpose", "basis", "retention", "erasure", "recipients", "subjects", "transfers")
_NEVER = ("Section Break", "Column Break", "Tab Break", "Button", "HTML", "Fold", "Heading")


def rows() -> list[dict]:
	"""Every personal field of the map, then what is pointed out.

	:returns: `[{"doctype", "fieldname", "label", "fieldtype", "purpose", "basis", "retention", "erasure", "recipients",
	    "subjects", "transfers", "to_decide"}]`; `to_decide` says what is missing, and is empty if nothing is
	"""
	activities = data_map.record_of_processing()
	return [*(row for each in activities for row in _of_map(each)), *_outside()]


def document() -> dict:
	"""The whole record: `{"controllers", "made_on", "measures", "activities", "to_decide"}`.

	`activities` are as returned by `data_map.record_of_processing`, `to_decide` as in `rows`.
	"""
	return {
		"controllers": frappe.get_all("Company", pluck="name", order_by="name asc"),
		"made_on": str(clock.now()),
		"measures": [
			_("Access by confidentiality level and need-to-know, on every surface"),
			_("A check of everything that is sent, and a register of disclosures"),
			_("A signed ledger of views, disclosures and decisions"),
			_("Retention, erasure with a certificate, restricted use and legal holds"),
		],
		"activities": data_map.record_of_processing(),
		"to_decide": [row for row in rows() if row["to_decide"]],
	}


def _of_map(activity: dict) -> Iterator[dict]:
	meta = frappe.get_meta(activity["doctype"])
	about = {key: activity[key] for key in _ABOUT}
	unknown = set(activity["unknown_fields"])
	custom = _("Looks personal, and was added on this site: decide about purpose, basis and erasure.")
	for name in dict.fromkeys((*activity["fields"], *activity["unknown_fields"])):
		yield _row(meta, meta.get_field(name), about, to_decide=custom if name in unknown else "")
	for table in meta.get_table_fields():
		child = frappe.get_meta(table.options)
		for name in records.personal_fields(child):
			yield _row(meta, child.get_field(name), about, prefix=table)


def _row(meta, df, about: dict, *, prefix=None, to_decide: str = "") -> dict:
	label = _(df.label or df.fieldname)
	return {
		"doctype": meta.name,
		"fieldname": f"{prefix.fieldname}.{df.fieldname}" if prefix else df.fieldname,
		"label": f"{_(prefix.label or prefix.fieldname)}: {label}" if prefix else label,
		"fieldtype": df.fieldtype,
		**about,
		"to_decide": to_decide,
	}


def _outside() -> Iterator[dict]:
	"""What is not in the map, and may have to be: DocTypes that refer to clients, and fields of this site that look personal."""
	refers = _("Refers to clients, and is not in the data map. An app adds it with the hook {0}.").format(
		data_map.HOOK
	)
	unmapped = data_map.unmapped_doctypes()
	for doctype, fields in sorted(unmapped.items()):
		meta = frappe.get_meta(doctype)
		for name in fields:
			if df := meta.get_field(name):
				yield _row(meta, df, dict.fromkeys(_ABOUT, ""), to_decide=refers)
	looks = _(
		"Looks personal, and its document type is not in the data map: decide whether it is about clients."
	)
	known = data_map.mapped()
	for doctype, names in sorted(_added_here().items()):
		if doctype in known:
			continue  # shown with its document type
		meta = frappe.get_meta(doctype)
		for df in meta.fields:
			if (
				df.fieldname in names
				and data_map.looks_personal(df)
				and df.fieldname not in unmapped.get(doctype, ())
			):
				yield _row(meta, df, dict.fromkeys(_ABOUT, ""), to_decide=looks)


def _added_here() -> dict[str, set[str]]:
	"""Custom fields, and fields of DocTypes that were made in the desk: DocType → field names; two queries."""
	found: dict[str, set[str]] = {}
	kinds = {"fieldtype": ("not in", _NEVER)}
	for row in frappe.get_all("Custom Field", kinds, ["dt", "fieldname"], order_by=None):
		found.setdefault(row.dt, set()).add(row.fieldname)
	made = [*frappe.get_all("DocType", {"custom": 1}, pluck="name", order_by=None), ""]
	fields = {**kinds, "parenttype": "DocType", "parent": ("in", made)}
	for row in frappe.get_all("DocField", fields, ["parent", "fieldname"], order_by=None):
		found.setdefault(row.parent, set()).add(row.fieldname)
	return {doctype: names for doctype, names in found.items() if frappe.db.exists("DocType", doctype)}
