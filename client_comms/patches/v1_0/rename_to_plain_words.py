"""Renames DocTypes, a report and fields to clearer names on sites that have the old ones.

Runs before the models are synchronised, so that tables, rows, indexes and links are kept. Repeatable.
"""

import frappe
from frappe.model.utils.rename_field import (
	update_property_setters,
	update_reports,
	update_users_report_view_settings,
)

DOCTYPES = {
	"Unlogged Dismissal": "Logging Exemption",
	"Channel Not to Use": "Excluded Channel",
	"Client Link": "Client Access Link",
	"Client Link Attempt": "Client Access Link Attempt",
}
REPORTS = {"Interactions Nobody Logged": "Unlogged Interactions"}
FIELDS = {
	"Client Interaction": {"sweep_at": "next_check_at"},
	"Client Disclosure": {"what": "description", "what_section": "description_section"},
	"Digest Subscription": {"own_debts": "own_items", "team_debts": "team_items"},
}


def execute():
	for doctype, names in (("DocType", DOCTYPES), ("Report", REPORTS)):
		for before, after in names.items():
			if frappe.db.exists(doctype, before) and not frappe.db.exists(doctype, after):
				frappe.rename_doc(doctype, before, after, force=True, show_alert=False)
	for doctype, fields in FIELDS.items():
		if not frappe.db.table_exists(doctype):
			continue
		columns = frappe.db.get_table_columns(doctype)
		for before, after in fields.items():
			if before in columns and after not in columns:
				frappe.db.rename_column(doctype, before, after)
			frappe.db.set_value("DocField", {"parent": doctype, "fieldname": before}, "fieldname", after)
			# Saved by users: columns of report views, reports, customisations.
			update_users_report_view_settings(doctype, before, after)
			update_reports(doctype, before, after)
			update_property_setters(doctype, before, after)
	frappe.clear_cache()
