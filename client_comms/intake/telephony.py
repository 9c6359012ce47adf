"""Calls of frappe/telephony (DocType TP Call Log); nothing of that app is imported, so it need not be there."""

from frappe.utils import get_datetime

from client_comms import clock
from client_comms.intake import threads
from client_comms.intake.call_log import CHANNEL, INCOMING, OVER, REACHED
from client_comms.rules import classification
from client_comms.rules.arrival import Arrival


def read(doc) -> Arrival | None:
	"""A call that has ended: incoming ones, answered or missed, and outgoing ones that reached the client."""
	incoming = doc.type == INCOMING
	if doc.status not in OVER or not (incoming or doc.status == REACHED):
		return None
	links = [(row.link_doctype, row.link_name) for row in doc.get("links") or ()]
	links.sort(
		key=lambda link: (link[0] == "Lead", link[0] != threads.INTERACTION)
	)  # the most telling one first
	about = next((link for link in links if link[0] not in threads.MASTERS), None)
	return Arrival(
		at=clock.to_aware(get_datetime(doc.start_time or doc.creation)),
		direction=classification.INBOUND if incoming else classification.OUTBOUND,
		channel=CHANNEL,
		number=doc.get("from") if incoming else doc.to,
		stands_alone=True,
		about=about,
		staff=doc.get("receiver" if incoming else "caller"),
		is_sent=not incoming,
	)
