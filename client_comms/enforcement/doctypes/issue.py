"""Issues (P-2): when one is split, ERPNext moves the named message, and all later ones of the Issue where that is filed; a new one is
the customer's of whatever contact has its address, and customers see theirs in the portal."""

import frappe
from frappe import _

from client_comms.clients import confirmation, parties
from client_comms.clients.addresses import bare_address
from client_comms.enforcement import copied_fields, documents, governed, guards, levels
from client_comms.enforcement.answers import Remembered
from client_comms.i18n import bold
from client_comms.rules import access

_LEAD = "Lead"


def refuse_hidden_lead(doc, method=None) -> None:
	"""`before_validate`: staff do not name a hidden Lead, of which the interaction about the Issue would show the name; nor an Issue that they cannot
	read. An Issue that is split keeps the Lead.

	:raises ClearanceMissingError: the session user cannot read a document to which the change refers
	"""
	if doc.flags.ignore_permissions:
		return
	for field, doctype in (("issue_split_from", doc.doctype), ("lead", _LEAD)):
		named = doc.get(field)
		if named and (doc.is_new() or doc.has_value_changed(field)) and not _is_split(doc, field, named):
			guards.require(doctype, named)


def _is_split(doc, field: str, named: str) -> bool:
	"""Whether the Issue from which it was split, which was asked for before, names the same."""
	split_from = field == "lead" and doc.issue_split_from
	return bool(split_from) and frappe.db.get_value(doc.doctype, split_from, field) == named


class GuardedIssue(Remembered):
	"""The Issue of ERPNext."""

	def set_lead_contact(self, email_id):
		"""The client is that of the confirmed contact; a portal user can enter a contact with the address of others, for a customer of
		their own.

		ERPNext looks for a lead and a contact, which are not there if no one has the address. Who has it is asked once for an Issue
		that is logged next.
		"""
		company = self.company
		self._find_client(email_id)
		# ERPNext takes that of the Lead.
		if not company and copied_fields.keeps_apart(self, self.lead):
			self.company = frappe.db.get_default("Company")

	def _find_client(self, email_id: str | None) -> None:
		if self.contact or self.customer:
			super().set_lead_contact(email_id)
			return
		address = bare_address(email_id)
		holders = parties.holders_of(address)
		self.flags.client_comms_holders = (address, holders)
		if holders.is_named or address != (email_id or "").lower() or not (address and self.company):
			super().set_lead_contact(email_id)
		if not self.contact:
			return
		known = parties.client_of(None, None, email_id, "", holders=holders)
		customer = known.party if known.party_type == "Customer" else None
		if known.contact and (customer or known.contact != self.contact):
			self.contact, self.customer = known.contact, customer
		elif not known.contact and confirmation.is_claimed_by(self.contact, bare_address(email_id)):
			self.contact = self.customer = None

	@frappe.whitelist()
	def split_issue(self, subject: str, communication_id: str):
		"""Move messages of this Issue, not of any other; the new Issue is at least as confidential.

		:raises frappe.PermissionError: the message belongs to another Issue, or the session user cannot change it
		"""
		filed = {"reference_doctype": self.doctype, "reference_name": self.name}
		if not frappe.db.exists(governed.COMMUNICATION, {"name": communication_id, **filed}):
			frappe.throw(
				_("The message does not belong to {0}, or no longer does. Reload the page.").format(
					bold(self.name)
				),
				exc=frappe.PermissionError,
				title=_("Not Permitted"),
			)
		guards.require(self.doctype, self.name, access.WRITE)
		guards.require(governed.COMMUNICATION, communication_id, access.WRITE)
		made = super().split_issue(subject, communication_id)
		# The request may contain another level than the database.
		level = frappe.db.get_value(self.doctype, self.name, "confidentiality_level")
		if level and documents.is_governed(self.doctype):
			levels.raise_to(self.doctype, made, level)
		return made
