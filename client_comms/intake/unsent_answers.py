"""An email of staff that counted as the answer and did not leave after all: the client does not have it, and is owed it (C-4).

The site knows that of its own queue; of what comes back from elsewhere it does not, because anyone can write such a message.
"""

import frappe
from frappe import _

from client_comms import transactions
from client_comms.client_interactions import work_notices
from client_comms.rules import response_clock

COMMUNICATION, INTERACTION, QUEUE = "Communication", "Client Interaction", "Email Queue"
_TITLE = "What became of an answer could not be recorded"
_MAY_ARRIVE = ("Not Sent", "Sending", "Sent", "Partially Sent")


def take_back(queued, why: str | None = None) -> None:
	"""An email was held back or has finally failed. If the interaction is closed, those who work on it are told, and its form says so.

	:param why: what its history says
	"""
	with transactions.part(_TITLE, queued.doctype, queued.name):  # the queue goes on
		if not _is_answer(queued) or _has_reached_someone(queued):
			return
		interaction, message = _locked(queued)
		answers = [row for row in _in_order(interaction) if row.event == response_clock.ANSWERED]
		if not answers or answers[-1].source_name != message.name:
			return  # another one counts
		note = why or _("The email could not be sent.")
		if interaction.status == response_clock.STATUS_ANSWERED:
			interaction.record(response_clock.TAKEN_BACK, note=note, source=message)
		elif interaction.status == response_clock.STATUS_CLOSED:
			interaction.record(work_notices.BOUNCED, note=note, source=message)


def restore(queued) -> None:
	"""An email that had failed was sent after all."""
	with transactions.part(_TITLE, queued.doctype, queued.name):
		if not _is_answer(queued):
			return
		interaction, message = _locked(queued)
		about = [row for row in _in_order(interaction) if row.source_name == message.name]
		taken_back = bool(about) and about[-1].event == response_clock.TAKEN_BACK
		if taken_back and interaction.clocks().clock_state != response_clock.STATE_STOPPED:
			by = next(row.by_user for row in about if row.event == response_clock.ANSWERED)
			interaction.record(response_clock.ANSWERED, source=message, by=by)


def _is_answer(queued) -> bool:
	about = {"source_doctype": COMMUNICATION, "source_name": queued.communication}
	return bool(
		queued.communication
		and frappe.db.exists("Interaction Event", {"event": response_clock.ANSWERED, **about})
		and frappe.db.get_value(COMMUNICATION, queued.communication, "client_interaction")
	)


def _locked(queued) -> tuple:
	message = frappe.get_doc(COMMUNICATION, queued.communication)
	return transactions.locked(INTERACTION, message.client_interaction), message


def _has_reached_someone(queued) -> bool:
	"""One of its recipients has it; or another row of the queue has sent it, or will."""
	if frappe.db.exists("Email Queue Recipient", {"parent": queued.name, "status": "Sent"}):
		return True
	others = {"communication": queued.communication, "name": ("!=", queued.name)}
	return bool(frappe.db.exists(QUEUE, {**others, "status": ("in", _MAY_ARRIVE)}))


def _in_order(interaction) -> list:
	return sorted(interaction.events, key=lambda row: (frappe.utils.get_datetime(row.at), row.idx))
