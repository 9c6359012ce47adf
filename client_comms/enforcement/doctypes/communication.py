"""Messages: emails about governed documents are sent without the link that Frappe adds below their text (P-1), the text of
confidential messages is not sent to open forms, and none is taken for a template, which could read every record (P-2)."""

import re

from client_comms.enforcement import governed, restrictions
from client_comms.enforcement.answers import Remembered
from client_comms.enforcement.realtime import Discreet

# Of the two signs with which a template begins an expression, a statement or a comment.
_FIRST_SIGN = re.compile(r"\{(?=[{%#])")


class GuardedCommunication(Remembered, Discreet):
	"""Sends emails with the print of a governed document without the link that Frappe adds below the text.

	The attachment itself passes the gate. Frappe has no hook there, so the class is extended.
	"""

	def on_update(self):
		"""Frappe sets the status of the document under which a message is filed: that it arrived, or was answered."""
		with restrictions.logging():
			super().on_update()

	def _validate_links(self):
		"""Frappe saves a message that it receives a second time, at once: its links were looked up the first time, and those to
		its interaction were set since."""
		if not self.flags.pop("client_comms_links_are_known", False):
			super()._validate_links()

	def get_attach_link(self, print_format):
		if governed.level(self.reference_doctype, self.reference_name) is not None:
			return ""
		return super().get_attach_link(print_format)

	def sendmail_input_dict(self, *args, **options) -> dict:
		"""What a text that is a whole page (`raw_html`) contains is shown as it is written: version 16 renders it, and takes one
		line that ends as a file does for the path of a template."""
		email = super().sendmail_input_dict(*args, **options)
		if email.get("raw_html"):
			email["content"] = _FIRST_SIGN.sub("{{ '{' }}", email["content"] or "") + "\n"
		return email
