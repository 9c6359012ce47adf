"""Renames DocTypes, a report, fields and jobs to clearer names on sites that have the old ones.

Runs before the models are synchronised, so that tables, rows, indexes and links are kept, and with them whatever
administrators and users have set up on them. Repeatable.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.model.utils.rename_field import update_property_setters, update_users_report_view_settings
from frappe.model.utils.user_settings import sync_user_settings

from client_comms.enforcement.compose import is_ours

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
# Where Frappe stores the name of a DocType in a field that is not a link, which renaming leaves unchanged.
NAMED_AS_TEXT = (("__UserSettings", "doctype"), ("tabCustom Role", "ref_doctype"))
# An administrator may have stopped a job. Frappe deletes jobs that no hook names, and this setting with them.
JOBS = {
	"client_comms.client_interactions.digests.run": "client_comms.client_interactions.daily_digest.run",
	"client_comms.client_interactions.sweep.run": "client_comms.client_interactions.clocks.sweep.run",
	"client_comms.client_privacy.ledger.chain": "client_comms.ledger.chain",
	"client_comms.crm.client_data.remind": "client_comms.client_privacy.client_data.remind",
	"client_comms.crm.event.log_begun": "client_comms.intake.event.log_begun",
	"client_comms.crm.hand_over.hand_over_all": "client_comms.intake.reassignment.hand_over_all",
	"client_comms.crm.phone_numbers.catch_up": "client_comms.clients.phone_numbers.catch_up",
	"client_comms.crm.retrying.run": "client_comms.intake.retry.run",
}
# Settings that name fields of a DocType: table → column with the DocType, columns with field names.
SETTINGS = {
	"tabAssignment Rule": ("document_type", "assign_condition", "unassign_condition", "close_condition", "due_date_based_on", "field"),
	"tabCalendar View": ("reference_doctype", "start_date_field", "end_date_field", "subject_field"),
	"tabCustom Field": ("dt", "depends_on", "mandatory_depends_on", "read_only_depends_on"),
	"tabDashboard Chart": ("document_type", "based_on", "value_based_on", "group_by_based_on", "aggregate_function_based_on", "filters_json", "dynamic_filters_json"),
	"tabKanban Board": ("reference_doctype", "field_name", "fields", "filters"),
	"tabList Filter": ("reference_doctype", "filters"),
	"tabNotification": ("document_type", "condition", "date_changed", "value_changed"),
	"tabNumber Card": ("document_type", "aggregate_function_based_on", "filters_json", "dynamic_filters_json"),
	"tabProperty Setter": ("doc_type", "value"),
	"tabReport": ("ref_doctype", "json"),
	"tabWebhook": ("webhook_doctype", "condition"),
	"__UserSettings": ("doctype", "data"),
}  # fmt: skip


def execute():
	sync_user_settings()
	for doctype, names in (("DocType", DOCTYPES), ("Report", REPORTS)):
		for before, after in names.items():
			if frappe.db.exists(doctype, before) and not frappe.db.exists(doctype, after):
				with without_own_events():
					frappe.rename_doc(doctype, before, after, force=True, show_alert=False)
	for table, column in NAMED_AS_TEXT:
		for before, after in DOCTYPES.items():
			# nosemgrep: frappe-sql-format-injection (names from the lists above; values are bound)
			frappe.db.sql(f"update `{table}` set `{column}` = %s where `{column}` = %s", (after, before))
	for doctype, fields in FIELDS.items():
		if frappe.db.table_exists(doctype):
			for before, after in fields.items():
				rename_field(doctype, before, after)
	for before, after in JOBS.items():
		frappe.db.set_value("Scheduled Job Type", {"method": before}, "method", after)
	frappe.cache.delete_value("_user_settings")
	frappe.clear_cache()


@contextmanager
def without_own_events() -> Iterator[None]:
	"""What this app registers for documents expects the tables of this version, and they come after this patch."""
	registered = frappe.get_doc_hooks()
	frappe.local.doc_events_hooks = {
		doctype: {event: [path for path in paths if not is_ours(path)] for event, paths in events.items()}
		for doctype, events in registered.items()
	}
	try:
		yield
	finally:
		frappe.local.doc_events_hooks = registered


def rename_field(doctype: str, before: str, after: str) -> None:
	columns = frappe.db.get_table_columns(doctype)
	if before in columns and after not in columns:
		frappe.db.rename_column(doctype, before, after)
	frappe.db.set_value("DocField", {"parent": doctype, "fieldname": before}, "fieldname", after)
	update_users_report_view_settings(doctype, before, after)
	update_property_setters(doctype, before, after)
	for table, (column_of_doctype, *wanted) in SETTINGS.items():
		# nosemgrep: frappe-sql-format-injection (a table from the list above)
		there = set(frappe.db.sql(f"show columns from `{table}`", pluck=True))
		for column in there.intersection(wanted):
			# nosemgrep: frappe-sql-format-injection (names from the list above; values are bound)
			for (text,) in frappe.db.sql(
				f"select distinct `{column}` from `{table}` where `{column_of_doctype}` = %s and `{column}` like %s",
				(doctype, f"%{before}%"),
			):
				# nosemgrep: frappe-sql-format-injection (names from the list above; values are bound)
				frappe.db.sql(
					f"update `{table}` set `{column}` = %s where `{column_of_doctype}` = %s and `{column}` = %s",
					(renamed(text, doctype, before, after), doctype, text),
				)


def renamed(text: str, doctype: str, before: str, after: str) -> str:
	"""A setting with the field by its new name: alone, in quotes or backticks, or behind `doc.` or the DocType."""
	if text == before:
		return after
	quoted = rf"(?P<quote>\\*[\"'`]){before}(?P=quote)"
	return re.sub(
		rf"{quoted}|\b(?:doc|{doctype})\.{before}\b", lambda found: found[0].replace(before, after), text
	)
