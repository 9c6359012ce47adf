"""Web forms (P-2): Frappe gives a document to whoever owns it, whatever was decided about it since."""

from frappe.website.doctype.web_form.web_form import WebForm

from client_comms.enforcement import guards
from client_comms.enforcement.requests import portal


class GuardedWebForm(WebForm):
	"""Frappe's web form. Any of them answers for any DocType that a request names."""

	def has_web_form_permission(self, doctype, name, ptype="read"):
		return bool(
			super().has_web_form_permission(doctype, name, ptype)
			and (portal.is_open(doctype, name) or not guards.objects(doctype, name, ptype))
		)
