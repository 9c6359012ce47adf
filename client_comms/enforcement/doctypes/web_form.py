"""Web forms (P-2): Frappe always shows a document to its owner, even if they may no longer read it."""

from client_comms.enforcement import guards
from client_comms.enforcement.requests import portal


class GuardedWebForm:
	"""Frappe's Web Form. Each of them answers for any DocType named in a request."""

	def has_web_form_permission(self, doctype, name, ptype="read"):
		return bool(
			super().has_web_form_permission(doctype, name, ptype)
			and (portal.is_open(doctype, name) or not guards.objects(doctype, name, ptype))
		)
