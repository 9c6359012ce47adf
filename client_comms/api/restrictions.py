"""Restricted use of a client's data: begun, excepted, announced and lifted by Compliance Officers (P-2)."""

import frappe
from frappe import _
from frappe.utils import cstr

from client_comms import alerts, transactions, validation
from client_comms.client_privacy.doctype.data_subject_request.data_subject_request import (
	ANSWERED,
	RESTRICTION,
)
from client_comms.client_privacy.doctype.processing_restriction import processing_restriction
from client_comms.enforcement import restrictions
from client_comms.enforcement.registry import FORMS_OF_CLIENTS
from client_comms.exceptions import ActionNotPossibleError
from client_comms.roles import COMPLIANCE_OFFICER, require_auditing, users_with_role

_MOST_ROWS = 500


@frappe.whitelist(methods=["POST"])
def restrict(request: str, ground: str, reason: str, answer: str, otherwise: str | None = None) -> str:
	"""Approve a Data Subject Request for restriction: the client's records are locked, and the client is told; returns the
	Processing Restriction.

	:param ground: Accuracy Contested, Unlawful Processing, Needed for Legal Claims or Objection Pending (GDPR Art. 18(1))
	:param answer: what the client is told
	:param otherwise: how they were told if not by email, such as a letter and its date; then no email is sent
	:raises client_comms.exceptions.ActionNotPossibleError: it is not such a request or is closed, the client's identity is not
	    confirmed, the data is restricted already, or something is missing, such as `otherwise` for a client who gets no emails
	"""
	require_auditing()
	doc = transactions.locked("Data Subject Request", request)
	doc.check_permission("write")
	if doc.right != RESTRICTION:
		frappe.throw(
			_("This is not a request for restriction. Enter one for the client."),
			exc=ActionNotPossibleError,
			title=_("Not Possible"),
		)
	begun = processing_restriction.begin(doc, ground, reason)
	doc.close(ANSWERED, answer, otherwise)
	return begun.name


@frappe.whitelist(methods=["POST"])
def allow(name: str, user: str, use: str, basis: str, reason: str, hours: int | str = 24) -> None:
	"""Allow one user to change the client's records or to send messages, for a time (GDPR Art. 18(2)).

	:param use: Change Records or Send Messages
	:param basis: Consent of the Client, Legal Claims, Rights of Another Person or Important Public Interest
	:raises client_comms.exceptions.ActionNotPossibleError: not possible; the message says why
	"""
	_restriction(name).allow(user, use, basis, reason, hours)


@frappe.whitelist(methods=["POST"])
def announce(name: str, text: str, otherwise: str | None = None) -> str:
	"""Tell the client that the restriction will be lifted; returns its status.

	:param otherwise: how they were told, if not by email
	:raises client_comms.exceptions.ActionNotPossibleError: not possible; the message says why
	"""
	doc = _restriction(name)
	doc.announce(text, otherwise)
	return doc.status


@frappe.whitelist(methods=["POST"])
def lift(name: str, reason: str) -> str:
	"""Lift a restriction that was announced to the client; returns its status.

	:raises client_comms.exceptions.ActionNotPossibleError: the client has not been told, or the reason is missing
	"""
	doc = _restriction(name)
	doc.lift(reason)
	return doc.status


@frappe.whitelist(methods=["POST"])
def ask(doctype: str, name: str, reason: str) -> None:
	"""Ask the Compliance Officers for an exception; they are notified, and the reason is on the restriction.

	:raises frappe.PermissionError: the caller cannot read the record
	:raises client_comms.exceptions.ActionNotPossibleError: the use of the data is not restricted, or the reason is missing
	"""
	frappe.has_permission(doctype, "read", doc=name, throw=True)
	validation.require_text(_("Reason"), reason)
	found = restrictions.of((doctype, name))
	if not found or not cstr(reason).strip():
		frappe.throw(
			_("Enter why you need the exception. Nothing can be asked for where the use is not restricted."),
			exc=ActionNotPossibleError,
			title=_("Not Possible"),
		)
	user = frappe.session.user
	# nosemgrep: frappe-whitelisted-without-permissions (the caller can read the record; officers alone read the comment)
	frappe.get_doc(
		{
			"doctype": "Comment",
			"comment_type": "Info",
			"reference_doctype": restrictions.RESTRICTION,
			"reference_name": found.name,
			"comment_email": user,
			"content": _("asks for an exception for {0} {1}: {2}").format(
				_(doctype), name, frappe.utils.escape_html(cstr(reason).strip())
			),
		}
	).insert(ignore_permissions=True)
	alerts.tell(
		users_with_role(COMPLIANCE_OFFICER),
		lambda: _("{0} asks for an exception from restriction {1}").format(
			frappe.utils.get_fullname(user), found.name
		),
		restrictions.RESTRICTION,
		found.name,
	)


@frappe.whitelist()
def restricted(doctype: str, names: str | list[str]) -> list[str]:
	"""Those of the named records of a list, as far as the caller can read them, whose client has had the use of data restricted.

	:param names: at most 500
	"""
	if doctype not in FORMS_OF_CLIENTS or not restrictions.active():
		return []
	wanted = [cstr(each) for each in validation.require_list(_("Names"), names)][:_MOST_ROWS]
	readable = frappe.get_list(
		doctype, {"name": ("in", wanted)}, pluck="name", limit=_MOST_ROWS, order_by=None
	)
	return sorted(restrictions.of_each(doctype, readable))


def _restriction(name: str):
	require_auditing()
	doc = transactions.locked(restrictions.RESTRICTION, name)
	doc.check_permission("read")
	return doc
