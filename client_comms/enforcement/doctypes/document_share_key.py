"""Links with a key open a document to anyone who has them, so they cannot be created for governed documents (P-1)."""

import frappe
from frappe import _

from client_comms.enforcement import governed
from client_comms.exceptions import OutgoingRefusedError
from client_comms.i18n import bold


def refuse_key(doc, method=None) -> None:
	"""`before_insert` of Document Share Key: the link would open the document without checking who uses it.

	:raises OutgoingRefusedError: the document is governed
	"""
	if governed.level(doc.reference_doctype, doc.reference_docname) is None:
		return
	frappe.throw(
		_(
			"{0} is confidential, and anyone with the share link could open it. Send it by email instead, so that consent and identity are checked."
		).format(bold(doc.reference_docname)),
		exc=OutgoingRefusedError,
		title=_("No Link"),
		primary_action={
			"label": _("Write an Email"),
			"client_action": "client_comms.outgoing.write_email",
			"args": {"doctype": doc.reference_doctype, "name": doc.reference_docname},
			"hide_on_success": 1,
		},
	)
