"""Emails about governed documents go without the link that Frappe puts below their text (P-1)."""

from frappe.core.doctype.communication.communication import Communication

from client_comms.enforcement import governed


class GuardedCommunication(Communication):
	"""An email with the print of a governed document goes without the link that Frappe puts below its text.

	What is attached passes the gate. Frappe has no hook there, hence the class.
	"""

	def get_attach_link(self, print_format):
		if governed.level(self.reference_doctype, self.reference_name) is not None:
			return ""
		return super().get_attach_link(print_format)
