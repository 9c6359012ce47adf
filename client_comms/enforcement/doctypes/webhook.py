"""Previews of a Notification and of a Webhook (D-5, P-2): Frappe shows any document in them to whoever may write one."""

import frappe
from frappe import _
from frappe.integrations.doctype.webhook.webhook import Webhook

from client_comms import compat
from client_comms.enforcement import guards


def require(doctype: str | None, name: str | None) -> None:
	"""Refuse a preview of a document that the session user may not read.

	:raises frappe.PermissionError: so it is
	"""
	if doctype and name and guards.is_held(doctype) and frappe.db.exists(doctype, name):
		frappe.get_doc(doctype, name).check_permission()


class GuardedWebhook(Webhook):
	"""The Webhook of Frappe. Version 15 computes its previews whenever a Webhook is shown, version 16 on demand."""

	if compat.is_version_16():

		@frappe.whitelist()
		def preview_meets_condition(self, preview_document: str):
			require(self.webhook_doctype, preview_document)
			return super().preview_meets_condition(preview_document)

		@frappe.whitelist()
		def preview_request_body(self, preview_document: str):
			require(self.webhook_doctype, preview_document)
			return super().preview_request_body(preview_document)

	else:

		@property
		def meets_condition(self):
			return self._withheld() or super().meets_condition

		@property
		def preview_request_body(self):
			return self._withheld() or super().preview_request_body

		def _withheld(self) -> str | None:
			"""What stands in place of the preview; the form itself shows."""
			if self.webhook_doctype and self.preview_document:
				if guards.objects(self.webhook_doctype, self.preview_document):
					return _("You have no clearance for this document.")
			return None
