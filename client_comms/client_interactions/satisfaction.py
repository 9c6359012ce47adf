"""Asks the client for a rating after an interaction was closed, if the settings say so (F-1, F-3).

One email per interaction, with a link that needs no login. Email programs open links to scan for threats, so opening it
rates nothing: only submitting the form does. The rating is stored on the interaction, so it is as confidential as that.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import cint, cstr

from client_comms import acting, alerts, clock, transactions
from client_comms.client_privacy import links
from client_comms.clients import contacts, preferences
from client_comms.communication_governance import calendars
from client_comms.enforcement import restrictions
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import day_in_words, speaking
from client_comms.rules import channels, response_clock
from client_comms.rules import feedback as rules

INTERACTION = "Client Interaction"
RATED = "Rated"
_COMMENT_LENGTH = 1000


def keep(doc, method=None) -> None:
	"""`validate` of Client Interaction: only the client rates."""
	if not doc.flags.rated_by_client:
		before = doc.get_doc_before_save()
		doc.update({field: before.get(field) if before else None for field in rules.RATING_FIELDS})


# --- asking --------------------------------------------------------------------------------------


def follow(doc, method=None) -> None:
	"""`on_update` of Client Interaction: it was closed, so its client is asked, once.

	An error does not prevent the interaction from being closed: it is written to the Error Log.
	"""
	before = doc.get_doc_before_save()
	if not before or doc.status == before.status or doc.status != response_clock.STATUS_CLOSED:
		return
	if alerts.are_muted():
		return  # it is of the past
	if not frappe.get_cached_doc("Client Comms Settings").ask_for_rating or doc.direction != "Inbound":
		return
	told = len(frappe.local.message_log)
	with transactions.part("Client could not be asked for a rating", doc.doctype, doc.name) as asking:
		_ask(doc)
	if asking.error:
		# The interaction is closed, and who closed it can do nothing about it.
		del frappe.local.message_log[told:]


def _ask(doc) -> None:
	address, contact = _address(doc)
	if not address or frappe.db.exists(links.LINK, {"client_interaction": doc.name, "kind": links.RATING}):
		return
	language = preferences.language_to(doc.party_type, doc.party, contact)
	name, url = links.make(
		links.RATING,
		party_type=doc.party_type,
		party=doc.party,
		contact=contact,
		client_interaction=doc.name,
		sent_to=address,
		language=language,
	)
	with speaking(language), acting.unattended():
		frappe.sendmail(
			recipients=[address],
			subject=_("How satisfied are you?"),
			template="client_rating",
			args={"day": day_in_words(_day(doc)), "url": url},
			# The email contains nothing of the interaction, and its queue entry does not either.
			reference_doctype=links.LINK,
			reference_name=name,
			add_unsubscribe_link=0,
		)


def _address(doc) -> tuple[str | None, str | None]:
	"""A confirmed address of the client with its contact; none if the client does not want email, or has had the use of their data
	restricted. Frappe sends nothing to one that has unsubscribed."""
	if not (doc.party_type and doc.party) or restrictions.of((doc.doctype, doc.name)):
		return None, None
	preference = preferences.of(doc.party_type, doc.party, doc.contact)
	if channels.choose(preferences.rule_of(preference), "Email").outcome == channels.BLOCKED:
		return None, None
	known = contacts.usable(contacts.addresses_of(doc.party_type, doc.party, doc.contact))
	own = (address for address, contact in known.items() if doc.contact and contact == doc.contact)
	address = next(own, None) or next(iter(known), None)
	return address, known.get(address)


# --- answering -----------------------------------------------------------------------------------


def shown(token: str | None) -> dict:
	"""What the page behind the link shows: `{"day", "language"}`; looking at it changes nothing.

	:raises client_comms.exceptions.LinkNotValidError: the link is not valid
	"""
	link = links.find(token, (links.RATING,))
	about = frappe.db.get_value(
		INTERACTION, link.client_interaction, ["company", "occurred_on"], as_dict=True
	)
	return {"day": about and _day(about), "language": link.language}


def _day(doc) -> datetime:
	return calendars.local_time(doc.company, doc.occurred_on)


def rate(token: str | None, rating, comment: str | None = None) -> None:
	"""Store the client's rating on the interaction, and tell those who handle it.

	:param rating: from 1 to 5
	:raises client_comms.exceptions.LinkNotValidError: the link is not valid, or was used
	:raises ActionNotPossibleError: the rating is anything else
	"""
	link = links.find(token, (links.RATING,), lock=True)
	number = cint(rating)
	if number not in rules.RATINGS:
		frappe.throw(
			_("Choose a rating from {0} to {1}.").format(rules.RATINGS[0], rules.RATINGS[-1]),
			exc=ActionNotPossibleError,
			title=_("Not Possible"),
		)
	with acting.as_the_app():
		doc = transactions.locked(INTERACTION, link.client_interaction)
		doc.rating, doc.rated_on = number, clock.now()
		doc.rating_comment = cstr(comment).strip()[:_COMMENT_LENGTH] or None
		doc.append_event(RATED, doc.rated_on, f"{number}/{rules.RATINGS[-1]}", by="Guest")
		doc.flags.rated_by_client = True
		doc.save_by_app()
		links.use(link)
		users = {doc.responsible_staff} | (alerts.managers() if number <= rules.POOR else set())
		alerts.notify(
			doc, users, lambda: _("The client rated {0}: {1} of 5").format(alerts.named(doc), number)
		)
