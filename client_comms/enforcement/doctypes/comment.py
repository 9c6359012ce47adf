"""Comments on confidential records, and whom they mention (D-5, P-2)."""

from frappe import _
from frappe.desk.notifications import extract_mentions

from client_comms.enforcement import governed, internal_recipients
from client_comms.enforcement.realtime import Discreet


class GuardedComment(Discreet):
	"""The comment of Frappe, whose text open forms load again instead of being sent it."""


def tell_mentioned(doc, method=None) -> None:
	"""After a Comment was stored: tell its author if mentioned users have no clearance; `notification_log`
	withholds it from them."""
	if doc.comment_type == "Comment" and doc.reference_name and doc.reference_doctype in governed.doctypes():
		mentioned = extract_mentions(doc.content or "")
		internal_recipients.tell_left_out(
			internal_recipients.without_clearance(doc.reference_doctype, doc.reference_name, mentioned),
			_("Not Notified"),
		)
