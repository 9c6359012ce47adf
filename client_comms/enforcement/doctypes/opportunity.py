"""Opportunities (P-2): ERPNext files what arrives from outside under the customer of whatever contact has its address, or under the Lead that
has it, of which it copies the name and each field that is empty, with every save, and the comments."""

import frappe

from client_comms import roles
from client_comms.clients import confirmation, parties
from client_comms.enforcement import copied_fields
from client_comms.enforcement.answers import Remembered

_CUSTOMER, _LEAD = "Customer", "Lead"


class GuardedOpportunity(Remembered):
	"""The Opportunity of ERPNext."""

	def make_new_lead_if_required(self):
		"""The client is that of the confirmed contact of the address; a portal user can enter a contact with the address of others,
		for a customer of their own."""
		was_found = not self.party_name or not roles.has_desk()  # not chosen by staff
		super().make_new_lead_if_required()
		if not (self.is_new() and was_found and self.contact_email and self.opportunity_from == _CUSTOMER):
			return
		known = parties.client_of(None, None, self.contact_email, "")
		if known.party_type == _CUSTOMER:
			self.party_name = known.party
		elif confirmation.is_claimed((_CUSTOMER, self.party_name), self.contact_email):
			self.opportunity_from, self.party_name = _LEAD, _lead_of(self.contact_email)

	def validate_cust_name(self):
		if self._keeps_apart():
			self.customer_name = copied_fields.name_instead(self, self.customer_name)
			return
		before = self.customer_name
		super().validate_cust_name()
		# Of a title that was the name, ERPNext makes no new one.
		if self.title == before == copied_fields.neutral_name():
			self.title = self.customer_name

	def map_fields(self):
		if not self._keeps_apart():
			super().map_fields()

	def after_insert(self):
		if self._keeps_apart():
			frappe.get_doc(_LEAD, self.party_name).set_status(update=True)
		else:
			super().after_insert()

	def _keeps_apart(self) -> bool:
		return self.opportunity_from == _LEAD and copied_fields.keeps_apart(self, self.party_name)


def _lead_of(address: str) -> str:
	"""The Lead of an address, as ERPNext makes it."""
	if found := frappe.db.get_value(_LEAD, {"email_id": address}):
		return found
	lead = frappe.get_doc(
		{"doctype": _LEAD, "email_id": address, "lead_name": address.partition("@")[0].title()}
	)
	lead.flags.ignore_email_validation = True
	return lead.insert(ignore_permissions=True).name
