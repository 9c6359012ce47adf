"""Results of reports that were computed in a user's name, prepared or emailed, are only for that user (P-2)."""

import re

import frappe
from frappe import _

from client_comms import compat
from client_comms.enforcement import guards
from client_comms.enforcement.doctypes import report as reports
from client_comms.enforcement.row_conditions import among, literal, of_row
from client_comms.i18n import bold

PREPARED = "Prepared Report"
_VARIABLES = re.compile(r"^ {6,}.*\n?", re.MULTILINE)  # of a function, below its line in a traceback


def prepared_condition(user=None, doctype=None) -> str:
	return _condition("`tabPrepared Report`.`owner`", "`tabPrepared Report`.`report_name`", user)


def emailed_condition(user=None, doctype=None) -> str:
	return _condition("`tabAuto Email Report`.`user`", "`tabAuto Email Report`.`report`", user)


def _condition(computed_for: str, report: str, user: str | None) -> str:
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	about_guarded = of_row("Report", report, among("`tabReport`.`ref_doctype`", guards.held()))
	return f"({computed_for} = {literal(user)} or not {about_guarded})"


def has_prepared_permission(doc, ptype=None, user=None, debug=False):
	return _only_for(doc, doc.report_name, {doc.owner}, user)


def has_email_permission(doc, ptype=None, user=None, debug=False):
	"""Also checked on creation and change: no one can have a report emailed in the name of a user who sees more."""
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
			bold(doc.name or report), bold(", ".join(sorted(filter(None, users))))
		)
	)


def leave_out_variables(doc, method=None) -> None:
	"""`validate`: of a report that failed, Frappe keeps what its functions worked on, also rows that its user cannot read."""
	if doc.error_message:
		doc.error_message = _VARIABLES.sub("", doc.error_message)


def leave_out_all_variables() -> None:
	"""The same of those that failed before. Repeatable."""
	failed = {"error_message": ("like", "Traceback%")}
	for row in frappe.get_all(PREPARED, failed, ["name", "error_message"], order_by=None):
		without = _VARIABLES.sub("", row.error_message)
		frappe.db.set_value(PREPARED, row.name, "error_message", without, update_modified=False)


class GuardedPreparedReport:
	"""The prepared report of Frappe; its result is read here, by whatever way its name was found, and shows what its reader can read now: who
	computed it may have lost access since, and others open results of reports on other DocTypes."""

	def get_prepared_data(self, *args, **kwargs):
		if has_prepared_permission(self) is False:
			frappe.throw(
				_("This result was prepared for another user. Run the report yourself."),
				exc=frappe.PermissionError,
				title=_("Not Permitted"),
			)
		found = super().get_prepared_data(*args, **kwargs)
		if isinstance(found, tuple):
			return _readable_now(self.report_name, found[0]), *found[1:]
		return found and _readable_now(self.report_name, found)


def _readable_now(report: str, stored: bytes) -> bytes:
	"""The result without the rows that the session user cannot read; then also without what was computed of all rows."""
	result = frappe.parse_json(frappe.safe_decode(stored))
	if not isinstance(result, dict) or not result.get("result"):
		return stored
	rows = result["result"]
	if result.get("add_total_row") and not result.get("skip_total_row"):
		rows = rows[:-1]
	_columns, kept, *_more = reports.readable(report, (result.get("columns") or [], rows))
	if len(kept) == len(rows):
		return stored
	return frappe.as_json({**result, "result": kept, "chart": None, "report_summary": None}).encode()
