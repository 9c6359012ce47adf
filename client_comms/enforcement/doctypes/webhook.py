"""Previews of a Notification and of a Webhook (D-5, P-2), in which Frappe shows any document to users who
can write one."""

import frappe

from client_comms import compat
from client_comms.enforcement import guards, refusals


def require(doctype: str | None, name: str | None) -> None:
	"""Refuse a preview of a document that the session user cannot read.

	:raises frappe.PermissionError: the user cannot read it
	"""
	if doctype and name and guards.is_held(doctype) and frappe.db.exists(doctype, name):
		frappe.get_doc(doctype, name).check_permission()


class GuardedWebhook:
	"""Frappe's Webhook. Version 15 computes previews whenever a Webhook is shown, version 16 on demand."""

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
			"""The text shown instead of the preview; the form itself is shown."""
			if self.webhook_doctype and self.preview_document:
				if guards.objects(self.webhook_doctype, self.preview_document):
					return refusals.without_clearance()
			return None
