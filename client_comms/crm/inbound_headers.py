"""The headers of an email that Frappe is receiving.

Whether a message was sent by a machine stands in its headers (RFC 3834), but Frappe keeps none of them and
hands none to hooks: a Communication is inserted from inside `InboundMail.process`. The message is found
where it is, on the call stack. A patched or overridden mail class would have to be in place before
every way into it (scheduler, console, tests) and would collide with other apps that do the same.
"""

import sys

from frappe.email.receive import InboundMail


def of_message_being_received() -> dict[str, str]:
	"""Header name -> value (the last one of a name) of the message being received; empty when there is none."""
	frame = sys._getframe(1)
	while frame is not None:
		receiver = frame.f_locals.get("self")
		if isinstance(receiver, InboundMail):
			return {name: str(value) for name, value in receiver.mail.items()}
		frame = frame.f_back
	return {}
