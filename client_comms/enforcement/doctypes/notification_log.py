"""Notifications about a governed record tell those who may not read it nothing (D-5, P-2).

Frappe does not check recipients of notifications, and sends each by email as well. A recipient without
clearance keeps an empty note, so that whatever caused it (a mention, a Notification) still goes through.
"""

from frappe import _

from client_comms.enforcement import governed
from client_comms.rules import access


def withhold_content(doc, method=None):
	"""Before a Notification Log is stored and mailed."""
	if doc.document_type not in governed.doctypes() or not doc.document_name:
		return
	decision = governed.decide(doc.document_type, doc.document_name, access.READ, doc.for_user)
	if decision is None or decision.allowed:
		return
	doc.subject = _("A notification was withheld because you have no clearance for its record.")
	doc.email_content = doc.attached_file = doc.document_name = doc.document_type = None
	doc.type = "Alert"  # of which Frappe sends no email; one without a document it could not send
