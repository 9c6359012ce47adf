"""Messages and calls of other apps: their adapter reads a document, and everything else is done here (D-1, F-1).

Which DocTypes these are and where their adapters come from says `enforcement.source_doctypes`; what an adapter returns,
`rules.arrival`.
"""

from datetime import datetime

import frappe
from frappe import _

from client_comms import clock
from client_comms.clients import parties, phone_numbers
from client_comms.enforcement import former_names, source_doctypes
from client_comms.exceptions import NoMatrixInForceError
from client_comms.intake import arrivals, call_log, failures, replies, threads
from client_comms.rules.arrival import Arrival

KEY = "conversation_key"
_KEY_LENGTH = 140
_NONE = "-"  # logged, and no conversation
_READ, _LOGGED = "client_comms_arrival", "client_comms_logged"


def on_update(doc, method=None) -> None:
	"""Log a document as soon as its adapter says that it came from a client or went to one."""
	if doc.doctype not in source_doctypes.active() or is_logged(doc):
		return
	if arrivals.is_wanted("log_sources"):
		failures.attempt(doc, log)


def keep_key(doc, method=None) -> None:
	"""`before_validate` of a source: no request writes the key, or takes it away."""
	if doc.doctype in source_doctypes.active():
		doc.set(KEY, None if doc.is_new() else frappe.db.get_value(doc.doctype, doc.name, KEY))


def is_logged(doc) -> bool:
	"""Whether it is an event of its interaction: filed under one, it is linked to it before it is logged."""
	return bool(doc.get(KEY))


def log(doc):
	"""Log a document: it continues its conversation, or begins an interaction.

	:returns: the interaction; None if the document is not about a client, or answers nothing that is known
	:raises UnusableArrivalError: its adapter returned something else than an Arrival
	"""
	arrival = doc.flags.get(_READ) or source_doctypes.read(doc)
	if arrival is None or _is_among_staff(arrival):
		return None
	at = clock.to_stored(arrival.at)
	key = key_of(arrival)
	interaction = conversation(doc, arrival, key)
	if interaction and arrival.automatic:
		pass  # it belongs there and answers nothing
	elif interaction and not arrival.is_inbound:
		replies.staff_wrote(interaction, doc, at, _staff(doc, arrival))
	elif interaction and replies.may_continue(interaction, at):
		replies.client_wrote_back(interaction, doc, arrival.text or "", at)
	elif not arrival.automatic:
		interaction = arrivals.open_new(_beginning(doc, arrival, at))
	if interaction:
		arrivals.bind(doc, interaction)
		doc.set(KEY, key or _NONE)
		frappe.db.set_value(doc.doctype, doc.name, KEY, doc.get(KEY), update_modified=False)
		doc.flags[_LOGGED] = arrival
	return interaction


def just_logged(doc) -> Arrival | None:
	"""What the adapter said about a document that was logged a moment ago; once."""
	return doc.flags.pop(_LOGGED, None)


def keep_read(doc, arrival: Arrival) -> None:
	"""What the adapter said while the document was about to be sent is what is logged: it may have an identifier now as if it had been
	sent before."""
	doc.flags[_READ] = arrival


def conversation(doc, arrival: Arrival, key: str | None):
	"""The interaction that a document continues, locked for the change that follows; None for a new one.

	Search order: what it is filed under, then earlier documents of the same conversation.
	"""
	kind, name = arrival.about or (None, None)
	# A contact or customer may have written about anything; so may a lead, under which all messages of a person are filed.
	is_conversation = kind not in threads.MASTERS and not (kind == "Lead" and arrival.is_inbound)
	by = threads.entered_by(None if arrival.is_inbound else _staff(doc, arrival))
	if is_conversation and (found := threads.about(kind, name, by=by)):
		return found
	same = {KEY: key, "client_interaction": ("is", "set")}
	earlier = key and frappe.db.get_value(doc.doctype, same, "client_interaction", order_by="creation desc")
	return former_names.get_locked(earlier) if earlier else None


def key_of(arrival: Arrival) -> str | None:
	"""By what earlier documents of the same conversation are found; None if there are none."""
	if arrival.stands_alone:
		return None
	number = arrival.number and (phone_numbers.normalised(arrival.number) or arrival.number)
	person = number or (arrival.email or "").lower()
	return " ".join(filter(None, (person, arrival.thread)))[:_KEY_LENGTH] or None


def client_of(arrival: Arrival) -> parties.Client:
	"""The owner of the number or address, otherwise the client of the document under which it is filed."""
	found = parties.client_of_number(arrival.number) if arrival.number else parties.Client()
	if found.party or found.contact:
		return found
	about = arrival.about or (None, None)
	return parties.client_of(*about, arrival.email or "", arrival.name or found.name or "")


def _is_among_staff(arrival: Arrival) -> bool:
	if arrival.number:
		return call_log.is_own(arrival.number)
	return bool(arrival.email) and parties.is_own(arrival.email)


def would_begin(doc, arrival: Arrival):
	"""The interaction that a document would begin, in memory; None if it cannot begin one."""
	try:
		return arrivals.propose(_beginning(doc, arrival, clock.to_stored(arrival.at)))
	except NoMatrixInForceError:
		frappe.clear_last_message()
		return None


def _staff(doc, arrival: Arrival) -> str:
	return arrival.staff or doc.owner or frappe.session.user


def _beginning(doc, arrival: Arrival, at: datetime) -> arrivals.Arrival:
	client = client_of(arrival)
	subject = _("{0} from {1}") if arrival.is_inbound else _("{0} to {1}", context="Client Interaction")
	kind, name = arrival.about or (None, None)
	return arrivals.Arrival(
		document=doc,
		source=doc.doctype,
		channel=arrival.channel,
		subject=arrival.subject or subject.format(_(doc.doctype), client.name or arrival.number),
		content=arrival.text or "",
		sender=arrival.email or "",
		sender_name=client.name or "",
		at=at,
		reference_doctype=kind,
		reference_name=name,
		direction=arrival.direction,
		client=client,
		staff=None if arrival.is_inbound else _staff(doc, arrival),
	)
