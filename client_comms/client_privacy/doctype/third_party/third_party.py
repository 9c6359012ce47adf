import re

import frappe
from frappe import _

from client_comms import roles
from client_comms.client_privacy import third_parties
from client_comms.document import Document
from client_comms.i18n import bold
from client_comms.left_empty import LeavesEmpty
from client_comms.rules import domains

_LOCAL_PART = re.compile(r"[^@\s<>,;]+@")


class ThirdParty(LeavesEmpty, Document):
	"""Someone outside with whom a client's information may be shared: an adviser, a bank, an authority (P-3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		category: DF.Literal["", "Adviser", "Service Provider", "Authority", "Other"]
		country: DF.Link | None
		disabled: DF.Check
		email_domains: DF.SmallText | None
		notes: DF.SmallText | None
		third_party_name: DF.Data
	# end: auto-generated types

	LEFT_EMPTY = ("country",)

	def validate(self):
		self.set_domains()
		self.validate_domains_are_its_own()
		self.validate_consents_stay_as_given()

	def on_update(self):
		third_parties.forget()

	def after_delete(self):
		third_parties.forget()

	def set_domains(self):
		"""One domain or address per line, in lower case."""
		lines = [line.strip().lower().removeprefix("@") for line in (self.email_domains or "").splitlines()]
		kept = domains.distinct(lines)
		for compared, line in kept.items():
			if not domains.is_domain(_LOCAL_PART.sub("", compared, count=1)):
				frappe.throw(
					_("{0} is not a domain or an email address. Enter one of these on each line.").format(
						bold(line)
					),
					title=_("Not a Domain"),
				)
			if compared in domains.PUBLIC:
				frappe.throw(
					_("Anyone can have a mailbox at {0}. Enter the third party's full email address.").format(
						bold(line)
					),
					title=_("Public Mail Provider"),
				)
		self.email_domains = "\n".join(kept.values())

	def validate_domains_are_its_own(self):
		"""Recipients are classified by domain, so a domain cannot belong to two third parties or be one of our own."""
		for line in (self.email_domains or "").splitlines():
			if domains.of(line) in frappe.get_cached_doc("Client Comms Settings").own_domains():
				frappe.throw(
					_(
						"{0} is one of your own domains in Client Comms Settings. Enter a domain of the third party."
					).format(bold(line)),
					title=_("Invalid Third Party"),
				)
			other = third_parties.by_domain().get(domains.normal_address(line))
			if other and other != self.name:
				frappe.throw(
					_(
						"{0} already belongs to the third party {1}. Remove it there first, or leave it out here."
					).format(bold(line), bold(other)),
					title=_("Domain in Use"),
				)

	def validate_consents_stay_as_given(self):
		"""Clients agreed to sharing with whom the lines name: more people need someone who answers for consents."""
		before = self.get_doc_before_save()
		if before is None or roles.configures_or_audits():
			return
		lines, known = (set((doc.email_domains or "").splitlines()) for doc in (self, before))
		enabled = before.disabled and not self.disabled
		if not (lines - known or enabled) or not frappe.db.exists(
			"Client Consent", {"third_party": self.name}
		):
			return
		frappe.throw(
			_(
				"Clients were asked about {0} as it is recorded. Only a {1} or a {2} can add to its domains and addresses, or enable it again. Ask one of them, or enter another third party and ask the client about it."
			).format(bold(self.name), _(roles.COMPLIANCE_OFFICER), _("Client Communications Manager")),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
