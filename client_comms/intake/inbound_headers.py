"""The headers of an email that Frappe is receiving.

The headers say whether a message was sent automatically (RFC 3834), but Frappe does not store them or pass
them to hooks: a Communication is inserted from inside `InboundMail.process`. The message is therefore taken
from the call stack. A patched or overridden mail class would have to be in place before every way into it
(scheduler, console, tests) and would collide with other apps that do the same.
"""

import sys

import frappe
from frappe.email.receive import InboundMail

from client_comms.rules import mail_headers


def keep(doc, method=None) -> None:
	"""`before_insert` of Communication: read the headers while Frappe still has them."""
	if doc.sent_or_received == "Received" and doc.communication_medium == "Email":
		try:
			doc.flags.client_comms_headers = of_message_being_received()
		except Exception:
			frappe.log_error(title="Headers of a message could not be read")


def of_message_being_received() -> dict[str, str]:
	"""Header name -> value (the last one of each name) of the message being received; empty if there is none.

	Every server adds a Received header above the others, so for this name it is the first. For a delivery report, the
	references are those of the message that it returns.
	"""
	message = _message_being_received()
	if message is None:
		return {}
	headers = {name: str(value) for name, value in message.mail.items()}
	if received := message.mail.get("Received"):
		headers["Received"] = str(received)
	if returned := mail_headers.returned_ids(message.mail):
		headers["References"] = " ".join((headers.get("References", ""), *(f"<{each}>" for each in returned)))
	return headers


def is_receiving() -> bool:
	"""Whether the current document is created by an email whose Communication follows."""
	return _message_being_received() is not None


def _message_being_received() -> InboundMail | None:
	frame = sys._getframe(1)
	while frame is not None:
		receiver = frame.f_locals.get("self")
		if isinstance(receiver, InboundMail):
			return receiver
		frame = frame.f_back
	return None
