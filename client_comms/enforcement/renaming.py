"""Renaming and merging documents (D-5, P-2). Both move a record, and everything that depends on it, to another name.

Frappe checks write access to the documents, unless the caller says that this was already checked; a request could
say so as well.
"""

import frappe
from frappe import _
from frappe.utils import sbool
from frappe.utils.scheduler import is_scheduler_inactive

from client_comms import transactions, validation
from client_comms.enforcement import documents, guards, level_spread, refusals
from client_comms.enforcement.requests import called
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold

_CHECKS = "validate_rename"
_QUEUES = "frappe.model.rename_doc.update_document_title"
_ARGUMENTS = ("args", "arg", "kwargs")  # of a method of a document, within those of the request


def keep_checks() -> None:
	"""`before_request`: requests that rename a document are checked first, whatever they contain; does not
	query the database.

	:raises frappe.PermissionError: the request asks to skip the checks
	"""
	given = (frappe.form_dict, *map(validation.from_json, map(frappe.form_dict.get, _ARGUMENTS)))
	if any(isinstance(each, dict) and _CHECKS in each for each in given):
		frappe.throw(
			_("A request cannot skip the checks of a rename. Remove {0}.").format(bold(_CHECKS)),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def require(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`after_rename` of every document, however it was renamed; a refusal rolls back everything.

	:raises frappe.PermissionError: records of this app keep their names
	:raises ClearanceMissingError: the session user cannot change a record, or cannot delete the one that was merged
	"""
	if frappe.flags.in_patch or frappe.flags.in_migrate:
		return
	if _keeps_its_name(doc.doctype):
		frappe.throw(
			_("{0} keeps its name: other records rely on it.").format(bold(old)),
			exc=frappe.PermissionError,
			title=_("Cannot Be Renamed"),
		)
	if guards.objects(doc.doctype, new, "write") or (merge and guards.objects(doc.doctype, old, "delete")):
		frappe.throw(
			refusals.without_clearance(_("You have no clearance to rename or merge this record.")),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
	if merge and documents.is_governed(doc.doctype):
		level_spread.follow_merger(doc.doctype, old, new)


def is_only_queued() -> bool:
	"""Whether a request for a rename leaves it to a job, as the dialog of the desk does: Frappe calls `before_rename` in both, and the job
	may fail. So what makes room for it belongs to the job."""
	asked = transactions.is_request() and sbool(frappe.form_dict.get("enqueue")) and _QUEUES in called.names()
	return bool(asked) and not is_scheduler_inactive()


def _keeps_its_name(doctype: str) -> bool:
	"""Whether documents of this app's DocType cannot be renamed; Customize Form cannot change that."""
	return guards.is_own(doctype) and not frappe.db.get_value("DocType", doctype, "allow_rename", cache=True)
