"""An email of staff that counted as acknowledgement, promise or answer and did not leave after all: the client does not have it, and is owed
it (C-3, C-4).

The site knows that of its own queue; of what comes back from elsewhere it does not, because anyone can write such a message.
"""

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import clock, transactions
from client_comms.client_interactions import work_notices
from client_comms.rules import response_clock

COMMUNICATION, INTERACTION, QUEUE = "Communication", "Client Interaction", "Email Queue"
_TITLE = "What became of a reply could not be recorded"
_MAY_ARRIVE = ("Not Sent", "Sending", "Sent", "Partially Sent")


def take_back(queued, why: str | None = None) -> None:
	"""An email was held back or has finally failed. If the interaction is closed, those who work on it are told, and its form says so.

	:param why: what its history says
	"""
	with transactions.part(_TITLE, queued.doctype, queued.name):  # the queue goes on
		if not _is_reply(queued) or _has_reached_someone(queued):
			return
		interaction, message = _locked(queued)
		reply = _last(_about(interaction, message.name))
		if reply is None or reply.event not in response_clock.UNSENT:
			return
		note = why or _("The email could not be sent.")
		if interaction.status != response_clock.STATUS_CLOSED:
			interaction.record(response_clock.UNSENT[reply.event], note=note, source=message)
		elif reply == _last(row for row in _in_order(interaction) if row.event in response_clock.UNSENT):
			interaction.record(work_notices.BOUNCED, note=note, source=message)


def restore(queued) -> None:
	"""An email that had failed was sent after all. A promise of a time that has passed only acknowledges."""
	with transactions.part(_TITLE, queued.doctype, queued.name):
		if not _is_reply(queued):
			return
		interaction, message = _locked(queued)
		about = _about(interaction, message.name)
		if not about or about[-1].event not in response_clock.UNSENT.values():
			return
		reply = _last(row for row in about if row.event in response_clock.UNSENT)
		event, until = reply.event, reply.promised_until
		if event == response_clock.PROMISED and get_datetime(until) <= clock.now():
			event, until = response_clock.ACKNOWLEDGED, None
		clocks = interaction.clocks()
		owed = clocks.acknowledge.unmet or event != response_clock.ACKNOWLEDGED
		if owed and clocks.clock_state != response_clock.STATE_STOPPED:
			interaction.record(event, promised_until=until, source=message, by=reply.by_user)


def _is_reply(queued) -> bool:
	about = {"source_doctype": COMMUNICATION, "source_name": queued.communication}
	counts = {"event": ("in", list(response_clock.UNSENT)), **about}
	return bool(
		queued.communication
		and frappe.db.exists("Interaction Event", counts)
		and frappe.db.get_value(COMMUNICATION, queued.communication, "client_interaction")
	)


def _locked(queued) -> tuple:
	message = frappe.get_doc(COMMUNICATION, queued.communication)
	interaction = transactions.locked(INTERACTION, message.client_interaction)
	interaction.flags.delivery_changed = True
	return interaction, message


def _has_reached_someone(queued) -> bool:
	"""One of its recipients has it; or another row of the queue has sent it, or will."""
	if frappe.db.exists("Email Queue Recipient", {"parent": queued.name, "status": "Sent"}):
		return True
	others = {"communication": queued.communication, "name": ("!=", queued.name)}
	return bool(frappe.db.exists(QUEUE, {**others, "status": ("in", _MAY_ARRIVE)}))


def _about(interaction, message: str) -> list:
	"""What the history says of whether it counts, in order."""
	kinds = {*response_clock.UNSENT, *response_clock.UNSENT.values()}
	return [row for row in _in_order(interaction) if row.source_name == message and row.event in kinds]


def _in_order(interaction) -> list:
	return sorted(interaction.events, key=lambda row: (get_datetime(row.at), row.idx))


def _last(rows):
	return next(iter(reversed([*rows])), None)
