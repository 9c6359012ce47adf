"""Contacts (P-2): ERPNext writes the numbers of a contact into the Lead that it links to, regardless of who saves it."""

import frappe

_LEAD = "Lead"


class GuardedContact:
	"""The contact of Frappe, in which ERPNext looks up that Lead."""

	def get_link_for(self, link_doctype):
		"""The first document of a DocType to which it links; a Lead only if the session user can change that, also if Frappe or
		ERPNext saves the contact in their name, as it does when they change their own profile."""
		name = super().get_link_for(link_doctype)
		if link_doctype != _LEAD or not name:
			return name
		return name if frappe.has_permission(_LEAD, "write", doc=name) else None
