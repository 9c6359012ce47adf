"""Notifications about a governed record reveal nothing to users who cannot read it (D-5, P-2).

Frappe does not check recipients of notifications, and also sends each by email. A recipient without clearance
gets an empty note, so that the action that caused it (a mention, a Notification) still succeeds.
"""

import frappe
from frappe import _

from client_comms.enforcement import dependents, governed, guards, internal_recipients
from client_comms.enforcement.registry import OF_CLIENTS, OF_OFFICERS
from client_comms.flags import flagged

_ABOUT = "client_comms_notification_about"


def withhold_content(doc, method=None):
	"""Before a Notification Log is stored and mailed."""
	if not doc.document_name or not _is_hidden(doc):
		return
	doc.subject = _("A notification was withheld because you have no clearance for its record.")
	doc.email_content = doc.attached_file = doc.document_name = doc.document_type = None
	doc.type = "Alert"  # Frappe sends no email for this type; without a document it could not send one


def _is_hidden(doc) -> bool:
	"""Whether its user cannot read what it is about: a record, or what belongs to one, such as a to-do or a comment."""
	if doc.document_type in governed.doctypes():
		return governed.denies(doc.document_type, doc.document_name, doc.for_user)
	# What the app itself tells, such as that something could not be logged, is for managers without clearance as well.
	if doc.flags.client_comms_alert:
		return False
	about = (doc.document_type, doc.document_name)
	return bool(internal_recipients.without_clearance(*about, [doc.for_user])) or guards.objects(
		*about, user=doc.for_user
	)


class GuardedNotificationLog:
	"""Frappe's notification, whose email waits in the queue without naming the record that it is about."""

	def after_insert(self):
		with flagged(_ABOUT, dependents.owner_of(self.document_type, self.document_name)):
			super().after_insert()


def name_record(doc, method=None) -> None:
	"""`before_insert` of Email Queue: the email of a notification is as confidential as the record, or as the document about a client or for officers,
	that it is about (P-2); also if that gets its level later, while the email is in the queue."""
	about = frappe.flags.get(_ABOUT)
	if about and not doc.reference_name and about[0] in (*OF_CLIENTS, *OF_OFFICERS, *governed.doctypes()):
		doc.reference_doctype, doc.reference_name = about
