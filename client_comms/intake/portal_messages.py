"""A client writes in one of their conversations in the portal: a message like any other (D-1, C-3)."""

import frappe
from frappe import _
from frappe.utils import add_to_date, cstr, escape_html, get_fullname

from client_comms import clock, transactions
from client_comms.client_interactions import portal
from client_comms.client_privacy.page_visits import Visit
from client_comms.communication_governance import calendars
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import day_in_words
from client_comms.intake import replies

LONGEST = 10_000
AN_HOUR = 20  # messages of one login in one conversation


def may_write(visit: Visit, name: str) -> bool:
	"""Whether the conversation can still be continued; it was not closed too long ago.

	:raises ActionNotPossibleError: it is not theirs to see
	"""
	doc = frappe.get_doc(portal.INTERACTION, portal.find(visit, name).name)
	return replies.may_continue(doc, clock.now())


def write(visit: Visit, name: str, text: str | None) -> str:
	"""Store what the client writes; intake makes it an event of the conversation. Returns the Communication.

	:param name: the Client Interaction
	:param text: plain text of at most `LONGEST` characters
	:raises ActionNotPossibleError: it is not theirs to see, it was closed too long ago, the text is empty or too long, or they
	    wrote too often within an hour
	"""
	text = cstr(text).strip()
	if not text:
		_refuse(_("Please write your message first."))
	if len(text) > LONGEST:
		_refuse(_("Your message has {0} characters; at most {1} can be sent.").format(len(text), LONGEST))
	row = portal.find(visit, name)
	doc = transactions.locked(portal.INTERACTION, name)
	if not replies.may_continue(doc, clock.now()):
		_refuse(
			_("This conversation of {0} is closed. Please begin a new one.").format(
				day_in_words(calendars.local_time(row.company, row.occurred_on))
			)
		)
	lately = {"creation": (">", add_to_date(clock.now(), hours=-1)), "owner": frappe.session.user}
	if frappe.db.count(portal.MESSAGE, {"client_interaction": name, **lately}) >= AN_HOUR:
		_refuse(_("You have written {0} messages within an hour. Please wait a little.").format(AN_HOUR))
	user = frappe.get_cached_doc("User", frappe.session.user)
	message = frappe.get_doc(
		{
			"doctype": portal.MESSAGE,
			"communication_type": "Communication",
			"communication_medium": "Chat",
			"sent_or_received": "Received",
			"subject": portal.title(visit, row),
			"content": escape_html(text).replace("\n", "<br>"),
			"sender": user.email,
			"sender_full_name": get_fullname(user.name),
			"status": "Linked",
			"reference_doctype": portal.INTERACTION,
			"reference_name": name,
		}
	)
	message.insert(ignore_permissions=True)
	return message.name


def _refuse(message: str) -> None:
	frappe.throw(message, exc=ActionNotPossibleError, title=_("Not Possible"))
