"""The email about the events of today quotes those of its recipient and all public ones without asking for permission, and waits in the queue
without naming any (P-2)."""

from frappe import _
from frappe.desk.doctype.event import event
from frappe.email.doctype.email_queue.email_queue import QueueBuilder
from frappe.utils import format_datetime, getdate
from frappe.utils.jinja import get_email_from_template

from client_comms.enforcement import guards, internal_recipients
from client_comms.enforcement.doctypes import document_follow

_TEMPLATE = "upcoming_events"


def leave_out_hidden(doc, method=None) -> None:
	"""`before_insert` of Email Queue: it quotes what its recipient can read, and is as confidential as the strictest of that."""
	if not document_follow.is_alone_about(doc, _("Upcoming Events for Today")):
		return
	address = doc.recipients[0].recipient
	user = internal_recipients.user_of(address)
	quoted = event.get_events(getdate(), getdate(), user, for_reminder=True) if user else []
	readable = guards.readable("Event", [each.name for each in quoted], user)
	kept = [each for each in quoted if each.name in readable]
	if len(kept) < len(quoted):
		_quote(doc, address, kept)
	document_follow.name_strictest(doc, {"Event": readable})


def _quote(doc, address: str, events: list) -> None:
	"""As Frappe does, which sends none without events."""
	if not events:
		doc.recipients, doc.status, doc.message = [], "Error", ""  # it quotes them
		doc.error = _("None of the recipients has clearance for this document.")
		return
	for each in events:
		each.starts_on = "All Day" if each.all_day else format_datetime(each.starts_on, "hh:mm a")
	message, text = get_email_from_template(_TEMPLATE, {"events": events})
	email = QueueBuilder(
		recipients=[address],
		subject=_("Upcoming Events for Today"),
		message=message,
		text_content=text,
		header=[_("Events in Today's Calendar"), "blue"],
	).as_dict(include_recipients=False)
	doc.update({field: email[field] for field in ("message", "message_id")})
