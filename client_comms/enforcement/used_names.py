"""The number of a deleted record is given to no other one (P-2): what remains under it, such as queued emails, prints in the access
log, grants and entries of the register, would belong to the new record, and be as open as that.

Frappe takes the last number of a series back when its record is deleted, and takes a name from the REST API and from an import.
"""

import frappe
from frappe import _

from client_comms.i18n import bold

_SERIES = "client_comms_series"


def keep_number(doc, method=None) -> None:
	"""`on_trash`: Frappe takes back a number of the series that the document names."""
	doc.flags[_SERIES], doc.naming_series = doc.naming_series, None


def keep_series(doc, method=None) -> None:
	"""`after_delete`: the copy that Frappe keeps says of which series it was, or a restored one would be of the first."""
	doc.naming_series = doc.flags.pop(_SERIES, doc.naming_series)


def leave_out(doc, method=None) -> None:
	"""`before_insert`, when the document has a name only if one was chosen: it gets the next number of its series instead."""
	if (doc.flags.name_set or frappe.flags.in_import) and _was_deleted(doc.doctype, doc.name):
		doc.name = doc.flags.name_set = None


def refuse(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`before_rename`.

	:raises frappe.ValidationError: a deleted record had the new name
	"""
	if not merge and _was_deleted(doc.doctype, new):
		frappe.throw(
			_("{0} is the number of a deleted record. Choose another one.").format(bold(new)),
			title=_("Cannot Be Renamed"),
		)


def _was_deleted(doctype: str, name: str | None) -> bool:
	deleted = {"deleted_doctype": doctype, "deleted_name": name}
	return bool(name and frappe.db.exists("Deleted Document", deleted))
