"""Messages: emails about governed documents are sent without the link that Frappe adds below their text (P-1), the text of
confidential messages is not sent to open forms, and none is taken for a template, which could read every record (P-2). The images in
it are private files, and emails bring them along."""

import re
from urllib.parse import unquote

from client_comms.enforcement import governed, restrictions
from client_comms.enforcement.answers import Remembered
from client_comms.enforcement.doctypes import file
from client_comms.enforcement.realtime import Discreet

# Of the two signs with which a template begins an expression, a statement or a comment.
_FIRST_SIGN = re.compile(r"\{(?=[{%#])")
# What shows an image of the site in a text.
_IMAGE = re.compile(
	r"""(<img\b[^>]*?\s)src\s*=\s*(["'])(?:https?://[^/"']+)?/(private/files/[^"'?]+)(?:\?[^"']*)?\2""",
	re.IGNORECASE,
)


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

	def get_content(self, print_format=None):
		"""Recipients cannot open private files, so Frappe is asked to send the images along (see `file.leave_out_embedded`)."""
		return _IMAGE.sub(_embedded, super().get_content(print_format) or "")

	def send_email(self, *args, **options):
		with file.sending(self.name):
			super().send_email(*args, **options)

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


def _embedded(image: re.Match) -> str:
	before, quote, path = image.groups()
	return f"{before}embed={quote}{unquote(path)}{quote}"
