"""Frappe's own requests about a user's personal data (P-2): it collects a copy without checking permissions, and deletes without
knowing what must stay, for any user named in a web form.

It does neither for clients, whose requests become Data Subject Requests (`client_privacy.requests.portal_requests`).
"""

import json

import frappe
from frappe import _

from client_comms import compat
from client_comms.clients import confirmation
from client_comms.enforcement import governed, guards, legal_holds
from client_comms.i18n import bold

DOWNLOAD, DELETION = "Personal Data Download Request", "Personal Data Deletion Request"
_ON_HOLD = "On Hold"


def login_of(doc) -> str:
	"""Whose data a request is about."""
	return doc.user if doc.doctype == DOWNLOAD else doc.email


def require_own(doc, method=None) -> None:
	"""`validate` of a request for personal data or its deletion: users can make it for their own account; for others,
	only users who can create such requests in the desk.

	Visitors who are not logged in can name any account, because the answer goes only to its mailbox.

	:raises frappe.PermissionError: a logged-in user makes it for another user
	"""
	if not doc.is_new() or frappe.session.user in (login_of(doc), "Guest"):
		return
	if not frappe.has_permission(doc.doctype, "create"):
		frappe.throw(
			_("You can make this request for your own account only. Enter {0}.").format(
				bold(frappe.session.user)
			),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def has_permission(doc, ptype=None, user=None, debug=False):
	"""The file contains what both the user and the creator of the request can read, so only these two can open it."""
	user = user or frappe.session.user
	if user in (doc.user, doc.owner) or doc.is_new() or not guards.is_restricted(user):
		return compat.no_objection()
	return compat.objection(
		_(
			"This request is about the data of another user, who can open it. You can make one for your own account."
		)
	)


def condition(user=None, doctype=None) -> str:
	user = user or frappe.session.user
	if not guards.is_restricted(user):
		return ""
	mine = frappe.db.escape(user)
	return f"(`tab{DOWNLOAD}`.`user` = {mine} or `tab{DOWNLOAD}`.`owner` = {mine})"


class GuardedPersonalDataDownloadRequest:
	"""Frappe's request: no file for clients, and for others one that contains only records that its readers can read."""

	def after_insert(self):
		if not confirmation.is_client(self.user):
			super().after_insert()

	def generate_file_and_send_mail(self, personal_data):
		readers = {self.user, self.owner} - {"Guest"}
		kept = {
			doctype: [_without_remarks(row) for row in _readable(doctype, rows, readers)]
			for doctype, rows in json.loads(personal_data).items()
		}
		kept = {doctype: rows for doctype, rows in kept.items() if rows}
		return super().generate_file_and_send_mail(json.dumps(kept, indent=2, default=str))


class GuardedPersonalDataDeletionRequest:
	"""Frappe's request, which deletes nothing of clients; a legal hold on the contact stops it for others."""

	def after_insert(self):
		if confirmation.is_client(self.email):
			self.db_set("status", _ON_HOLD)
		else:
			super().after_insert()

	@frappe.whitelist()
	def trigger_data_deletion(self):
		"""Without an error for clients, because Frappe's job for all requests would stop at it."""
		if not confirmation.is_client(self.email):
			return super().trigger_data_deletion()
		frappe.only_for("System Manager")
		self.db_set("status", _ON_HOLD)
		frappe.msgprint(
			_(
				"{0} is the login of a client, so a Compliance Officer erases their data through a Data Subject Request."
			).format(bold(self.email)),
			title=_("Not Possible"),
		)

	def validate_data_anonymization(self):
		super().validate_data_anonymization()
		contacts = frappe.get_all("Contact", {"user": self.email}, pluck="name", order_by="name asc")
		for contact, hold in legal_holds.of_each("Contact", contacts).items():
			legal_holds.refuse(hold, "Contact", contact)


def _readable(doctype: str, rows: list[dict], readers: set[str]) -> list[dict]:
	if not guards.is_held(doctype):
		return rows
	names = [row["name"] for row in rows]
	allowed = set.intersection(*(guards.readable(doctype, names, reader) for reader in readers))
	own = readers if len(readers) == 1 and doctype == governed.COMMUNICATION else ()
	return [row for row in rows if row["name"] in allowed or any(_is_written_by(user, row) for user in own)]


def _is_written_by(user: str, row: dict) -> bool:
	"""Whether a client wrote the message: clients can have their own messages, even if only staff can read
	where they are filed."""
	return (
		row["sent_or_received"] == "Received"
		and row["sender"] == user
		and frappe.get_cached_value("User", user, "user_type") == "Website User"
	)


def _without_remarks(row: dict) -> dict:
	"""The row without what others added: comments, assignments, tags and likes."""
	return {field: value for field, value in row.items() if not field.startswith("_")}
