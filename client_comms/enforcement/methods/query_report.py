"""Reports about confidential records that were run in another user's name (P-2).

A prepared report contains what its owner could see, an emailed report what its user could see: both are only
for that user if the report is on a DocType that this app guards.
"""

import frappe
from frappe import _
from frappe.desk import reportview

from client_comms.enforcement import link_options, report_files, spreadsheets
from client_comms.enforcement.compose import call_previous
from client_comms.enforcement.doctypes import prepared_report
from client_comms.enforcement.methods import exports


@frappe.whitelist()
@frappe.read_only()
def run(report_name: str, filters: str | dict | list | None = None, user: str | None = None, **arguments):
	"""Run a report in the session user's own name; a prepared result requested by name is checked like one
	that is opened.

	:raises frappe.PermissionError: `user` is another one, whose rows and prepared results Frappe would show
	"""
	if user and user != frappe.session.user:
		frappe.throw(
			_("You can run a report in your own name only."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
	_check_prepared(filters)
	if "js_filters" in arguments:
		arguments["js_filters"] = _with_permission(arguments["js_filters"])
	return call_previous(
		"frappe.desk.query_report.run", report_name=report_name, filters=filters, **arguments
	)


@frappe.whitelist()
def export_query(**arguments):
	"""Export a report, with the same check."""
	_check_prepared(frappe.local.form_dict.get("filters"))
	exports.now_not_later()
	with exports.exporting(), report_files.writing(), spreadsheets.texts_stay_texts():
		return call_previous("frappe.desk.query_report.export_query", **arguments)


def _with_permission(fields) -> list[dict]:
	"""The link fields of a report's filters without those whose names only this app offers (`link_options`).

	Version 16 refuses a report that is filtered by a document of which the user may not select any. Which fields these
	are, the browser says; the rows have conditions of their own.
	"""
	return [
		each for each in frappe.parse_json(fields) or () if not link_options.is_offered(each.get("options"))
	]


def _check_prepared(filters) -> None:
	filters = frappe.parse_json(filters)
	if isinstance(filters, dict) and (name := filters.get("prepared_report_name")):
		frappe.get_doc(prepared_report.PREPARED, name).check_permission("read")


def readable_rows(doctype: str) -> str:
	"""The rows that the session user can read (or export, in an export), as SQL for a query with bound values.

	:raises frappe.PermissionError: the user has no access to reports on the DocType at all
	"""
	frappe.has_permission(doctype, "report", throw=True)
	return reportview.build_match_conditions(doctype) or "1 = 1"
