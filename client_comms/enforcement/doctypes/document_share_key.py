"""Links with a key open a document to whoever has them, and ask nobody who they are: none on governed documents (P-1)."""

import frappe
from frappe import _
from frappe.core.doctype.communication.communication import Communication

from client_comms.enforcement import governed
from client_comms.exceptions import OutgoingRefusedError


class LinklessCommunication(Communication):
	"""An email with the print of a governed document goes without the link that Frappe puts below its text.

	What is attached passes the gate. Frappe has no hook there, hence the class.
	"""

	def get_attach_link(self, print_format):
		if governed.level(self.reference_doctype, self.reference_name) is not None:
			return ""
		return super().get_attach_link(print_format)


def refuse_key(doc, method=None) -> None:
	"""`before_insert` of Document Share Key: a link that opens a document to whoever has it asks nobody who they are.

	:raises OutgoingRefusedError: the document is governed
	"""
	if governed.level(doc.reference_doctype, doc.reference_docname) is None:
		return
	frappe.throw(
		_(
			"{0} is confidential, and whoever has a link with a key could open it. Send it by email, which asks for consent and identity."
		).format(frappe.bold(doc.reference_docname)),
		exc=OutgoingRefusedError,
		title=_("No Link"),
		primary_action={
			"label": _("Write an Email"),
			"client_action": "client_comms.outgoing.write_email",
			"args": {"doctype": doc.reference_doctype, "name": doc.reference_docname},
			"hide_on_success": 1,
		},
	)
