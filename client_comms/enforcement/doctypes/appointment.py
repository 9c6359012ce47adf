"""Appointments (P-2): ERPNext moves the event that one names, and assigns it to who is in charge of the Opportunity of its Lead."""

from client_comms.clients import confirmation, parties
from client_comms.enforcement import references


class GuardedAppointment:
	"""The appointment of ERPNext, with references that its author can read."""

	def before_insert(self):
		references.refuse_named(self)  # before ERPNext looks up whose address it is
		super().before_insert()

	def find_customer_by_email(self):
		"""The customer of the confirmed contact; a portal user can have a customer of their own with the address of others."""
		known = parties.client_of(None, None, self.customer_email, "")
		if known.party_type == "Customer":
			return known.party
		found = super().find_customer_by_email()
		return None if found and confirmation.is_claimed(("Customer", found), self.customer_email) else found

	def validate(self):
		if not self.is_new():
			references.refuse_named(self)
		if hasattr(super(), "validate"):
			super().validate()
