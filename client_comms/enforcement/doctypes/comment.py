"""Who comments on what, and whom a comment mentions (D-5, P-2, R-3)."""

import re

import frappe
from frappe import _
from frappe.desk.notifications import extract_mentions

from client_comms.enforcement import dependents, internal_recipients
from client_comms.enforcement.answers import Remembered
from client_comms.enforcement.realtime import Discreet

_ADD = "add_comment"
_OF_DOCUMENT = re.compile(rf"/document/.+/method/{_ADD}/?$")
_AUTHOR = ("comment_email", "comment_by", "comment_type")


class GuardedComment(Remembered, Discreet):
	"""The comment of Frappe, whose text open forms load again instead of being sent it."""


def keep_author(doc, method=None) -> None:
	"""`before_validate`: in a request, the author of a comment is the user who makes it, and stays so.

	Frappe takes the author from its caller, and the type as well, with which a timeline shows a comment as if Frappe had
	noted it. What it notes itself is inserted without a check of permissions; what a user enters as a document is not.

	:raises frappe.PermissionError: a user enters a comment of another type
	"""
	user = frappe.session.user
	if user in ("Guest", "Administrator") or not getattr(frappe.local, "request", None):
		return
	if not doc.is_new():
		doc.update(frappe.db.get_value(doc.doctype, doc.name, _AUTHOR, as_dict=True))
		return
	doc.comment_email, doc.comment_by = user, frappe.utils.get_fullname(user)
	if not doc.flags.ignore_permissions:
		_require_remark(doc.comment_type)


def refuse_types() -> None:
	"""`before_request`: the method `add_comment` of a document adds what a user says; does not query the database.

	:raises frappe.PermissionError: a request asks it for a comment of another type
	"""
	form = frappe.form_dict
	if _ADD in (form.get("method"), form.get("run_method")) or _OF_DOCUMENT.search(frappe.request.path):
		for given in (form, *(form.get(each) for each in ("args", "arg", "kwargs"))):
			try:
				given = frappe.parse_json(given)
			except (ValueError, RecursionError):
				pass
			_require_remark(given.get("comment_type") if isinstance(given, dict) else given)


def _require_remark(comment_type) -> None:
	if comment_type not in (None, "", "Comment"):
		frappe.throw(
			_("Only Frappe itself notes this in a timeline. Write a comment instead."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def tell_mentioned(doc, method=None) -> None:
	"""After a Comment was stored: tell its author if mentioned users have no clearance; `notification_log`
	withholds it from them."""
	if doc.comment_type != "Comment" or not (mentioned := extract_mentions(doc.content or "")):
		return
	owner_type, owner_name = dependents.owner_of(doc.reference_doctype, doc.reference_name)
	internal_recipients.tell_left_out(
		internal_recipients.without_clearance(owner_type, owner_name, mentioned), _("Not Notified")
	)
