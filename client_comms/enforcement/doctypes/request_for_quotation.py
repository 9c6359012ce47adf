"""ERPNext's Request for Quotation (P-2): its message to suppliers is a template, and templates can read every record."""

import frappe


class GuardedRequestForQuotation:
	"""The Request for Quotation of ERPNext."""

	@frappe.whitelist()
	def get_supplier_email_preview(self, supplier: str):
		"""A request can contain another template than the database: those who try one must be allowed to save it.

		:raises frappe.PermissionError: the session user cannot write requests for quotation
		"""
		self.check_permission("write")
		return super().get_supplier_email_preview(supplier)
