"""Calls (P-2): ERPNext tells every user of the desk, with the whole call, when one ended or was missed."""

from client_comms.enforcement.answers import Remembered

# What the popup of the colleague who took the call does with it.
_TOLD_TO_ALL = ("doctype", "name", "id", "status")
_FLAG = "client_comms_told_to_all"


class GuardedCallLog(Remembered):
	"""The call of ERPNext. Whether it is confidential is known only after it was announced, so none is
	announced whole."""

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
