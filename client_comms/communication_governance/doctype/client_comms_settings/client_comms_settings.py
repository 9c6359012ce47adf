import re

import frappe
from frappe import _
from frappe.model.document import Document

_DOMAIN = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")


class ClientCommsSettings(Document):
	"""How strict the controls are, and what becomes an interaction."""

	def validate(self):
		self.set_own_domains()

	def set_own_domains(self):
		"""One domain a line, in lower case, without @."""
		domains = [line.strip().lower().lstrip("@") for line in (self.own_email_domains or "").splitlines()]
		for domain in filter(None, domains):
			if not _DOMAIN.match(domain):
				frappe.throw(
					_("{0} is not a domain. Enter one like example.com on each line.").format(frappe.bold(domain)),
					title=_("Not a Domain"),
				)
		self.own_email_domains = "\n".join(dict.fromkeys(filter(None, domains)))

	def own_domains(self) -> frozenset[str]:
		"""The organisation's own email domains."""
		return frozenset((self.own_email_domains or "").split())
