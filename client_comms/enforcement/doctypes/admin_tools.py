"""Tools of System Managers that do not ask for permission (P-2).

What queries the database directly, or writes past all rules, stays open to users with access to everything, and to Administrator.
"""

from itertools import chain

import frappe
from frappe import _

from client_comms.enforcement import compose, guards, refusals
from client_comms.exceptions import ClearanceMissingError

_BANK_TRANSACTION = "Bank Transaction"


class GuardedSystemConsole:
	"""Frappe's System Console, in SQL and Python."""

	def run(self):
		require_everything(_("The System Console shows every record."))
		return super().run()


class GuardedBulkUpdate:
	"""Updates all rows that match an SQL condition; which rows these are reveals hidden text."""

	@frappe.whitelist()
	def bulk_update(self):
		if guards.is_held(self.document_type):
			require_everything(
				_(
					"Bulk Update searches all records, including confidential ones. Change them in the list view instead."
				)
			)
		return super().bulk_update()


class GuardedPermissionInspector:
	"""Explains what another user may do with a document; a refusal by User Permissions quotes the document's fields."""

	@frappe.whitelist()
	def debug(self):
		guards.require(self.ref_doctype, self.docname)
		return super().debug()


class GuardedSystemHealthReport:
	"""Names the most frequent errors of the last day, which it reads from the log by a query of its own."""

	def fetch_errors(self):
		super().fetch_errors()
		# Without errors there is no table; and version 16 loads this with each page of the desk.
		named = self.get("top_errors") or ()
		titles = {row.title for row in named} - {None}
		if titles:
			which = {"method": ("in", [*titles])}
			readable = {*frappe.get_list("Error Log", which, pluck="method", distinct=True, order_by=None)}
			self.top_errors = [row for row in named if not row.title or row.title in readable]


class GuardedPackageImport:
	"""Writes any document that a package contains, over the one of its name, without permission and without any check: a share of a
	hidden record, a role, another history."""

	def import_package(self):
		require_everything(_("A package can contain any document, and replaces others without a check."))
		return super().import_package()


class GuardedBankStatementImport:
	"""ERPNext's form of Data Import, whose request can name another DocType than the one that it is for."""

	def start_import(self):
		if self.reference_doctype != _BANK_TRANSACTION:
			frappe.throw(
				_("A bank statement contains transactions only. Use Data Import."), exc=frappe.PermissionError
			)
		return super().start_import()


def refuse_job(doc, method=None) -> None:
	"""`validate` of Scheduled Job Type, in which a request can name any function, to be run as Administrator: of this app, only what it
	schedules itself, and not what removes it.

	:raises frappe.PermissionError: the function is another one
	"""
	named = doc.method or ""
	if not compose.is_ours(named) or not doc.has_value_changed("method"):
		return
	events = frappe.get_hooks("scheduler_events", app_name=compose.APP)
	lists = chain.from_iterable(
		each.values() if isinstance(each, dict) else [each] for each in events.values()
	)
	if named not in chain.from_iterable(lists):
		frappe.throw(
			_("{0} is not a job of this app.").format(named),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def refuse_release(doc, method=None) -> None:
	"""`before_validate` of Package Release, which writes all documents of the DocTypes to which a Module Def links into a public file; an administrator
	can link any.

	:raises ClearanceMissingError: the session user has no access to everything
	"""
	if doc.publish:
		require_everything(_("A package is a public file, and can contain every document."))


def refuse_custom(doc, method=None, *_names) -> None:
	"""`before_validate` and `before_rename` of DocType: Frappe takes a standard one as the site's own if a request says so, loads it without its class, and lets
	System Managers change and delete it.

	:raises frappe.PermissionError: a DocType of an app would become one of the site
	"""
	if not doc.custom or frappe.conf.developer_mode:
		return
	if frappe.db.get_value("DocType", doc.name, "custom") == 0:  # None of a new one
		frappe.throw(
			_("{0} comes with an app and stays standard, with its rules. Use Customize Form.").format(
				_(doc.name)
			),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def require_everything(reason: str) -> None:
	"""
	:raises ClearanceMissingError: there may be records that the session user cannot read
	"""
	if guards.is_restricted():
		frappe.throw(
			reason + "<br>" + refusals.without_every_clearance(),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
