"""Messages: emails about governed documents are sent without the link that Frappe adds below their text (P-1), the text of
confidential messages is not sent to open forms, and none is taken for a template, which could read every record (P-2). The images in
it are private files, and emails bring them along."""

import re
from urllib.parse import unquote

import frappe
from frappe.core.doctype.communication.communication import get_emails

from client_comms.clients import unsubscribed
from client_comms.clients.addresses import bare_address
from client_comms.enforcement import governed, images_in_emails, restrictions
from client_comms.enforcement.linked_records import OpensWithInteraction
from client_comms.enforcement.realtime import Discreet
from client_comms.filters import one_of

# Of the two signs with which a template begins an expression, a statement or a comment.
_FIRST_SIGN = re.compile(r"\{(?=[{%#])")
# What shows an image of the site in a text.
_IMAGE = re.compile(
	r"""(<img\b[^>]*?\s)src\s*=\s*(["'])(?:https?://[^/"']+)?/(private/files/[^"'?]+)(?:\?[^"']*)?\2""",
	re.IGNORECASE,
)


class GuardedCommunication(OpensWithInteraction, Discreet):
	"""Sends emails with the print of a governed document without the link that Frappe adds below the text.

	The attachment itself passes the gate. Frappe has no hook there, so the class is extended.
	"""

	def on_update(self):
		"""Frappe sets the status of the document under which a message is filed: that it arrived, or was answered."""
		with restrictions.logging():
			super().on_update()

	def _save(self, *args, **kwargs):
		"""Frappe saves a message that it receives a second time, at once. Its links were looked up the first time, and those to its
		interaction were set since, so they are left as they are, unless one of its addresses belongs to another client since."""
		known = self.flags.pop("client_comms_links_are_known", False)
		self.flags.client_comms_keeps_links = known and not self._lacks_links()
		try:
			return super()._save(*args, **kwargs)
		finally:
			self.flags.client_comms_keeps_links = False

	def _lacks_links(self) -> bool:
		"""Whether what was saved since the message was stored makes it one of another contact or client; one query."""
		addresses = get_emails([self.sender, self.recipients, self.cc, self.bcc])
		# One with these has perhaps a document in it, which belongs to none.
		if any("+" in each or "--" in each for each in addresses):
			return True
		linked = {(row.link_doctype, row.link_name) for row in self.timeline_links}
		saved = frappe.db.sql(
			"""select 'Contact', parent from `tabContact Email` where parenttype = 'Contact'
				and email_id in %(addresses)s and modified >= %(stored)s
			union all select link_doctype, link_name from `tabDynamic Link` where parenttype = 'Contact'
				and parent in %(contacts)s and modified >= %(stored)s""",
			{
				"addresses": addresses or [""],
				"contacts": [name for doctype, name in linked if doctype == "Contact"] or [""],
				"stored": self.creation,
			},
		)
		return not linked.issuperset(saved)

	def _validate_links(self):
		if not self.flags.client_comms_keeps_links:
			super()._validate_links()

	def parse_email_for_timeline_links(self):
		if not self.flags.client_comms_keeps_links:
			super().parse_email_for_timeline_links()

	def set_timeline_links(self):
		if not self.flags.client_comms_keeps_links:
			super().set_timeline_links()

	def deduplicate_timeline_links(self):
		if not self.flags.client_comms_keeps_links:
			super().deduplicate_timeline_links()

	def get_content(self, print_format=None):
		"""Recipients cannot open private files, so Frappe is asked to send the images along (see `images_in_emails`)."""
		return _IMAGE.sub(_embedded, super().get_content(print_format) or "")

	def send_email(self, *args, **options):
		with images_in_emails.sending(self.name):
			super().send_email(*args, **options)
		self._require_queued()

	def _require_queued(self) -> None:
		"""Frappe leaves out who has unsubscribed, and the reply would count as an answer.

		:raises OutgoingRefusedError: one of its recipients has
		"""
		if self.sent_or_received != "Sent" or not self._is_governed():
			return
		addresses = get_emails([self.recipients, self.cc, self.bcc])
		if left := unsubscribed.among(addresses, self.reference_doctype, self.reference_name):
			queued = frappe.get_all("Email Queue", {"communication": self.name}, pluck="name", order_by=None)
			of_these = {"parent": one_of(queued)}
			rows = frappe.get_all("Email Queue Recipient", of_these, pluck="recipient", order_by=None)
			sent_to = {bare_address(each) for each in rows}
			if missed := [each for each in left if bare_address(each) not in sent_to]:
				unsubscribed.refuse(missed)

	def get_unsubscribe_message(self):
		"""No link to leave a conversation: clients say in their preferences how they want to be contacted."""
		if self.sent_or_received == "Sent" and self._is_governed():
			return ""
		return super().get_unsubscribe_message()

	def _is_governed(self) -> bool:
		records = ((governed.COMMUNICATION, self.name), (self.reference_doctype, self.reference_name))
		return any(governed.level(*each) is not None for each in records)

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
