"""Quotations to a Lead (P-2), whose name ERPNext copies with every save of a draft, also where it has become confidential since."""

from client_comms.enforcement import copied_fields

_LEAD = "Lead"


class GuardedQuotation:
	"""The Quotation of ERPNext."""

	def set_customer_name(self):
		if self.quotation_to == _LEAD and copied_fields.keeps_apart(self, self.party_name):
			self.customer_name = copied_fields.name_instead(self, self.customer_name)
		else:
			super().set_customer_name()
