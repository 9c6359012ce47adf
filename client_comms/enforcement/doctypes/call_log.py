"""Calls (P-2): ERPNext tells every user of the desk, with the whole call, when one ended or was missed, and links new contacts to
all calls of which the number ends like theirs. A call that a user links to a record answers it (C-4)."""

import frappe

from client_comms.clients import phone_numbers
from client_comms.enforcement import child_rows, references
from client_comms.enforcement.linked_records import OpensWithInteraction
from client_comms.rules import access

# What the popup of the colleague who took the call does with it.
_TOLD_TO_ALL = ("doctype", "name", "id", "status")
_CONTACT = "Contact"
_FLAG, _GUESSED = "client_comms_told_to_all", "client_comms_guessed"


class GuardedCallLog(OpensWithInteraction):
	"""The call of ERPNext. Whether it is confidential is known only after it was announced, so none is
	announced whole."""

	def before_insert(self):
		"""What a user links is asked for before ERPNext links what has the number.

		:raises ClearanceMissingError: a record that they cannot read
		"""
		references.refuse_named(self)
		super().before_insert()

	def validate(self):
		if not self.is_new():
			references.refuse_named(self)
		super().validate()

	def add_link(self, link_type, link_name):
		self.flags[_GUESSED] = link_type == _CONTACT and self._is_guessed(link_name)
		if not self.flags[_GUESSED]:
			super().add_link(link_type, link_name)

	def save(self, *args, **kwargs):
		"""ERPNext saves the call after it added a link. Of a guess nothing is saved: Frappe tells all who list calls which one was."""
		return self if self.flags.pop(_GUESSED, False) else super().save(*args, **kwargs)

	def _is_guessed(self, contact: str) -> bool:
		"""A contact with a few digits would tell how the number of a hidden call ends. To such a call, only a contact with its
		whole number is linked."""
		if self.is_new() or child_rows.is_open(self.doctype, self.name, access.READ, frappe.session.user):
			return False
		numbers = map(phone_numbers.normalised, (self.get("from"), self.get("to")))
		return not any(contact in each for each in phone_numbers.contacts_of(numbers).values())

	def on_update(self):
		self.flags[_FLAG] = True
		try:
			super().on_update()
		finally:
			self.flags[_FLAG] = False

	def trigger_call_popup(self):
		# For the colleagues whom it rings.
		before, self.flags[_FLAG] = self.flags.get(_FLAG), False
		try:
			super().trigger_call_popup()
		finally:
			self.flags[_FLAG] = before

	def as_dict(self, *args, **kwargs):
		whole = super().as_dict(*args, **kwargs)
		if not self.flags.get(_FLAG):
			return whole
		return {**{field: whole.get(field) for field in _TOLD_TO_ALL}, "links": []}
