"""Messages of frappe_whatsapp (DocType WhatsApp Message); nothing of that app is imported, so it need not be there."""

import re

from frappe.utils import get_datetime

from client_comms import clock
from client_comms.rules import classification
from client_comms.rules.arrival import Arrival

MESSAGE, CHANNEL = "WhatsApp Message", "Chat"
OUTGOING, TEMPLATE = "Outgoing", "Template"
_REACTION = "reaction"  # a smiley on an earlier message


def read(doc) -> Arrival | None:
	"""What a message says. The app stores numbers as WhatsApp reports them: with country code, without "+"."""
	if doc.content_type == _REACTION:
		return None
	outgoing = doc.type == OUTGOING
	is_sent = bool(doc.message_id)
	return Arrival(
		at=clock.to_aware(get_datetime(doc.creation or clock.now())),
		direction=classification.OUTBOUND if outgoing else classification.INBOUND,
		channel=CHANNEL,
		text=doc.message or doc.get("template"),
		number=international(doc.to if outgoing else doc.get("from")),
		name=None if outgoing else doc.get("profile_name"),
		about=(doc.reference_doctype, doc.reference_name) if doc.reference_name else None,
		# Campaigns, and what a WhatsApp Notification sent: that is stored afterwards.
		automatic=bool(
			outgoing and (doc.get("bulk_message_reference") or (is_sent and doc.message_type == TEMPLATE))
		),
		is_sent=outgoing and is_sent,
	)


def international(number: str | None) -> str | None:
	"""`4930901820` → `+4930901820`."""
	digits = re.sub(r"\D", "", number or "")
	return f"+{digits}" if digits else None
