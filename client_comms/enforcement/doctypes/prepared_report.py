"""Results of reports that were computed in a user's name, prepared or emailed, are only for that user (P-2)."""

import frappe
from frappe import _

from client_comms import compat
from client_comms.enforcement import guards
from client_comms.enforcement.row_conditions import among, literal, of_row
from client_comms.i18n import bold

PREPARED = "Prepared Report"


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


class GuardedPreparedReport:
	"""The prepared report of Frappe; its result is read here, by whatever way its name was found."""

	def get_prepared_data(self, *args, **kwargs):
		if has_prepared_permission(self) is False:
			frappe.throw(
				_("This result was prepared for another user. Run the report yourself."),
				exc=frappe.PermissionError,
				title=_("Not Permitted"),
			)
		return super().get_prepared_data(*args, **kwargs)
