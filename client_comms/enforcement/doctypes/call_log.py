"""Calls (P-2): ERPNext tells every user of the desk, with the whole call, when one ended or was missed, and links new contacts to
all calls of which the number ends like theirs."""

import frappe

from client_comms.clients import phone_numbers
from client_comms.enforcement import child_rows
from client_comms.enforcement.answers import Remembered
from client_comms.rules import access

# What the popup of the colleague who took the call does with it.
_TOLD_TO_ALL = ("doctype", "name", "id", "status")
_CONTACT = "Contact"
_FLAG = "client_comms_told_to_all"


class GuardedCallLog(Remembered):
	"""The call of ERPNext. Whether it is confidential is known only after it was announced, so none is
	announced whole."""

	def validate(self):
		self._leave_out_guessed()
		super().validate()

	def _leave_out_guessed(self):
		"""A contact with a few digits would tell, by the entries that its timeline does not show, how the number of a hidden call
		ends. To such a call, only a contact with its whole number is linked."""
		before = self.get_doc_before_save()
		if not before or child_rows.is_open(self.doctype, self.name, access.READ, frappe.session.user):
			return
		linked = {row.link_name for row in before.links if row.link_doctype == _CONTACT}
		linked.update(*phone_numbers.contacts_of(map(phone_numbers.normalised, self._numbers())).values())
		self.links = [row for row in self.links if row.link_doctype != _CONTACT or row.link_name in linked]

	def _numbers(self) -> tuple[str | None, str | None]:
		return self.get("from"), self.get("to")

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
