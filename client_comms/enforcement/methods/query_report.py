"""Reports about confidential records that ran in somebody else's name (P-2).

A prepared report holds what its owner could see, an emailed report what its user could: both are for that
user alone when the report is on a DocType that this app holds.
"""

import frappe
from frappe import _
from frappe.desk import query_report, reportview

from client_comms import compat
from client_comms.enforcement import guards
from client_comms.enforcement.methods import exports

PREPARED = "Prepared Report"


@frappe.whitelist()
@frappe.read_only()
def run(report_name: str, filters=None, **arguments):
	"""Run a report; a prepared result that is asked for by name is checked like one that is opened."""
	_check_prepared(filters)
	return frappe.call(query_report.run, report_name=report_name, filters=filters, **arguments)


@frappe.whitelist()
def export_query():
	"""Export a report, likewise."""
	_check_prepared(frappe.local.form_dict.get("filters"))
	exports.now_not_later()
	with exports.exporting():
		return query_report.export_query()


def _check_prepared(filters) -> None:
	filters = frappe.parse_json(filters)
	if isinstance(filters, dict) and (name := filters.get("prepared_report_name")):
		frappe.get_doc(PREPARED, name).check_permission("read")


def readable_rows(doctype: str) -> str:
	"""The rows that the session user may read, or export in an export, as SQL for a query with bound values.

	:raises frappe.PermissionError: the user has no access to reports on the DocType at all
	"""
	frappe.has_permission(doctype, "report", throw=True)
	return reportview.build_match_conditions(doctype) or "1 = 1"


def prepared_condition(user=None, doctype=None) -> str:
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	# Names of DocTypes held: a constant of the app, without anything to escape but itself.
	types = ", ".join(
		frappe.db.escape(doctype)
		for doctype in frappe.get_hooks("permission_query_conditions", app_name="client_comms")
	)
	return (
		f"(`tabPrepared Report`.`owner` = {frappe.db.escape(user)} or `tabPrepared Report`.`report_name` not in"
		f" (select `report`.`name` from `tabReport` `report` where `report`.`ref_doctype` in ({types})))"
	)


def has_prepared_permission(doc, ptype=None, user=None, debug=False):
	return _only_for(doc, doc.report_name, {doc.owner}, user)


def has_email_permission(doc, ptype=None, user=None, debug=False):
	"""Also when it is made or changed: nobody has a report mailed in the name of a user who sees more."""
	users = {doc.user}
	if doc.name and not doc.is_new():
		users.add(frappe.db.get_value(doc.doctype, doc.name, "user"))
	return _only_for(doc, doc.report, users, user)


def _only_for(doc, report: str, users: set[str | None], user: str | None):
	user = user or frappe.session.user
	if user == "Administrator" or users == {user} or not report:
		return compat.no_objection()
	if not guards.is_held(frappe.get_cached_value("Report", report, "ref_doctype") or ""):
		return compat.no_objection()
	return compat.objection(
		_("{0} shows what {1} may see. Run the report yourself.").format(
			frappe.bold(doc.name or report), frappe.bold(", ".join(sorted(filter(None, users))))
		)
	)
