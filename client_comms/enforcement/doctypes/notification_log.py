"""Notifications about a governed record reveal nothing to users who cannot read it (D-5, P-2).

Frappe does not check recipients of notifications, and also sends each by email. A recipient without clearance
gets an empty note, so that the action that caused it (a mention, a Notification) still succeeds.
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
	doc.type = "Alert"  # Frappe sends no email for this type; without a document it could not send one
