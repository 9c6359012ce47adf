import re

import frappe
from frappe import _
from frappe.model.document import Document

from client_comms.enforcement import documents

_DOMAIN = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")


class ClientCommsSettings(Document):
	"""How strict the controls are, and what becomes an interaction."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.interaction_source_rule.interaction_source_rule import (
			InteractionSourceRule,
		)

		automatic_reply_acknowledges: DF.Check
		break_glass_hours: DF.Int
		default_calendar: DF.Link
		default_communication_type: DF.Link
		evidence_mode: DF.Literal["Off", "Warn", "Enforce"]
		first_reply_answers: DF.Check
		issue_channel: DF.Link
		log_inbound_email: DF.Check
		log_issues: DF.Check
		manager_role: DF.Link
		own_email_domains: DF.SmallText | None
		reopen_within_days: DF.Int
		responsible_party_mode: DF.Literal["Off", "Warn", "Enforce"]
		source_rules: DF.Table[InteractionSourceRule]
	# end: auto-generated types

	def validate(self):
		self.set_own_domains()

	def on_update(self):
		"""Documents that are governed from now on take the level of the interactions about them."""
		before = self.get_doc_before_save()
		for doctype, setting in documents.SETTING.items():
			if self.get(setting) and not (before and before.get(setting)):
				frappe.enqueue(
					documents.backfill_levels, queue="long", enqueue_after_commit=True, doctype=doctype
				)

	def set_own_domains(self):
		"""One domain a line, in lower case, without @."""
		domains = [line.strip().lower().lstrip("@") for line in (self.own_email_domains or "").splitlines()]
		for domain in filter(None, domains):
			if not _DOMAIN.match(domain):
				frappe.throw(
					_("{0} is not a domain. Enter one like example.com on each line.").format(
						frappe.bold(domain)
					),
					title=_("Not a Domain"),
				)
		self.own_email_domains = "\n".join(dict.fromkeys(filter(None, domains)))

	def own_domains(self) -> frozenset[str]:
		"""The organisation's own email domains."""
		return frozenset((self.own_email_domains or "").split())
