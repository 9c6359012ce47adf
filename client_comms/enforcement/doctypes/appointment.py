"""Appointments (P-2): ERPNext moves the event that one names, and assigns it to who is in charge of the Opportunity of its Lead."""

from client_comms.enforcement import references


class GuardedAppointment:
	"""The appointment of ERPNext, with references that its author can read."""

	def before_insert(self):
		references.refuse_named(self)  # before ERPNext looks up whose address it is
		super().before_insert()

	def validate(self):
		if not self.is_new():
			references.refuse_named(self)
		if hasattr(super(), "validate"):
			super().validate()
