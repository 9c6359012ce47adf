"""Automatic messages to a client count as acknowledgement only if they are sent (C-3).

An automatic reply of a mailbox becomes an event once the gate has let it into the Email Queue. It has no Communication:
the message that it answers represents it in the history. Automatic messages that fail later, or are refused, are removed
from the history.
"""

from email import message_from_string

import frappe
from frappe.utils import get_string_between

from client_comms import transactions
from client_comms.intake import acknowledgement, communication
from client_comms.rules import response_clock

COMMUNICATION = communication.COMMUNICATION
_OTHER = {
	response_clock.AUTO_ACKNOWLEDGED: response_clock.NOT_SENT,
	response_clock.NOT_SENT: response_clock.AUTO_ACKNOWLEDGED,
}


def after_queueing(doc, method=None) -> None:
	"""`after_insert` of Email Queue, after the gate."""
	if not doc.communication and (message := acknowledgement.replied_to()):
		_record(message.name, response_clock.AUTO_ACKNOWLEDGED, after=None)


def take_back(queued) -> None:
	"""An email was refused or has finally failed: the client has not received the acknowledgement."""
	_follow(queued, response_clock.NOT_SENT)


def restore(queued) -> None:
	"""An email that had failed was sent after all."""
	_follow(queued, response_clock.AUTO_ACKNOWLEDGED)


def _follow(queued, event: str) -> None:
	title = "What became of an automatic message could not be recorded"
	with transactions.part(title, queued.doctype, queued.name):  # the queue goes on
		if name := queued.communication or _answered_by(queued):
			_record(name, event, after=_OTHER[event])


def _record(name: str, event: str, after: str | None) -> None:
	"""Record the outcome of an automatic message, or of the automatic reply to a client's message, on the interaction.

	:param after: what the history must have recorded last about it
	"""
	message = frappe.db.exists(COMMUNICATION, name) and frappe.get_doc(COMMUNICATION, name)
	if not (message and message.client_interaction):
		return
	interaction = transactions.locked(communication.INTERACTION, message.client_interaction)
	told = [row.event for row in interaction.events if row.source_name == name]
	if message.sent_or_received == "Received" and response_clock.RECEIVED not in told:
		return  # automatic, or from staff
	if any(each in response_clock.UNSENT for each in told):
		return  # from staff: `unsent_replies`
	if next((each for each in reversed(told) if each in _OTHER), None) == after:
		interaction.record(event, source=message)


def _answered_by(queued) -> str | None:
	answered = message_from_string(queued.message or "")["In-Reply-To"] or ""
	found = {"sent_or_received": "Received", "client_interaction": ("is", "set")}
	if message_id := get_string_between("<", answered, ">"):
		return frappe.db.get_value(COMMUNICATION, {**found, "message_id": message_id})
	if not queued.reference_name:
		return None
	# Another app confirmed the message of which it made the document.
	filed = {"reference_doctype": queued.reference_doctype, "reference_name": queued.reference_name}
	return frappe.db.get_value(COMMUNICATION, {**found, **filed}, order_by="creation")
