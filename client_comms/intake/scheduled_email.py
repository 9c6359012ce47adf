"""Emails that staff write now and that leave later, as the email dialog offers (C-3, C-4).

Until it has left, the client has no answer: it is on record, and moves no clock. What its author said that it is waits with its event.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import format_datetime, get_datetime

from client_comms import acting, clock, transactions
from client_comms.intake import replies
from client_comms.rules import response_clock

COMMUNICATION, INTERACTION = "Communication", "Client Interaction"
SCHEDULED = "Email Scheduled"
_EVENT = "Interaction Event"
_COUNTED = (response_clock.ACKNOWLEDGED, response_clock.ANSWERED, response_clock.PROMISED)


def leaves_on(doc) -> datetime | None:
	"""When a message leaves that is being written; None if it does at once."""
	later = doc.get("send_after")
	return get_datetime(later) if later and get_datetime(later) > clock.now() else None


def record(interaction, document, leaves: datetime, by: str | None) -> None:
	"""A message of staff to the client that leaves later."""
	said = replies.said(interaction)
	interaction.append_event(
		SCHEDULED, clock.now(), format_datetime(leaves), said.until, document, by, action_key=said.kind
	)
	interaction.save_by_app()
	if interaction.next_deadline and not acting.is_unattended():
		frappe.msgprint(
			_("This email leaves on {0}. Until then, the client is still owed what is due by {1}.").format(
				format_datetime(leaves), format_datetime(interaction.next_deadline)
			),
			alert=True,
			indicator="orange",
		)


def follow(queued) -> None:
	"""An email has left: one that was to leave later answers or acknowledges now."""
	title = "A scheduled email could not be counted as a reply"
	with transactions.part(title, queued.doctype, queued.name):  # the queue goes on
		if not queued.communication:
			return
		# By their index, for each email of the site that leaves.
		about = {"source_doctype": COMMUNICATION, "source_name": queued.communication}
		scheduled = {"event": SCHEDULED, **about}
		events = frappe.get_all(
			_EVENT, scheduled, ["by_user", "action_key", "promised_until"], order_by="creation"
		)
		if not events or frappe.db.exists(_EVENT, {"event": ("in", _COUNTED), **about}):
			return  # left at once, or counts already
		message = frappe.get_doc(COMMUNICATION, queued.communication)
		if not message.client_interaction:
			return
		last = events[-1]
		interaction = transactions.locked(INTERACTION, message.client_interaction)
		said = replies.Said(last.action_key, last.promised_until)
		replies.staff_wrote(interaction, message, clock.now(), last.by_user, said)
