"""A message that opens another matter is split off as an interaction of its own; one that was filed wrongly is moved (D-1, C-3, C-4, P-2).

What is still owed for the message goes with it; what was judged on the interaction that it leaves stays there, and stays judged. Neither text nor level is copied: the message itself belongs to another interaction from then on.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import frappe
from frappe import _

from client_comms import clock, ledger, transactions
from client_comms.client_interactions import log_details, merging
from client_comms.client_interactions.clocks import replay
from client_comms.clients import parties
from client_comms.enforcement import (
	client_names,
	former_names,
	governed,
	legal_holds,
	level_spread,
	levels,
	policy,
	restrictions,
)
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold
from client_comms.intake import arrivals, communication, messages
from client_comms.rules import classification, histories, response_clock

INTERACTION, MESSAGE = governed.INTERACTION, governed.COMMUNICATION
_CAME = (response_clock.RECEIVED, response_clock.MESSAGE_ADDED)
# Events that say which messages are here, and not what was done about them.
_STARTING = (*_CAME, response_clock.MERGED, response_clock.MESSAGE_MOVED, response_clock.SPLIT_OFF)
_OPENED = (response_clock.RECEIVED, arrivals.CONTACTED)
_MESSAGES = {MESSAGE: {"communication_type": "Communication"}}


def split_off(
	name: str,
	message: str,
	communication_type: str | None = None,
	lower_because: str | None = None,
	subject: str | None = None,
):
	"""A message becomes an interaction of its own, with the clocks that run from when it arrived.

	Repeatable: a message that was split off already is found where it is.

	:param communication_type: by default what the source rules say
	:param lower_because: why the new interaction may be less confidential than `name`; by default it is not
	:param subject: of the new interaction; by default that of the message
	:returns: the new interaction
	:raises frappe.PermissionError: the session user cannot read and write `name`, or cannot lower the level
	:raises ActionNotPossibleError: the message cannot be split off; the text says why and what to do
	"""
	doc = former_names.get_locked(name)
	merging.require_access(doc)
	if there := _went_to(doc, message, response_clock.SPLIT_OFF):
		return there
	restrictions.require(INTERACTION, doc.name)
	document = message_of(doc, message, locked=True)
	require_movable(doc, document)
	arriving = arrival_of(doc, document, communication_type, lower_because, subject)
	made = arrivals.open_new(arriving) or _refuse_unread()
	levels.require_may_lower(doc.name, doc.confidentiality_level, made.confidentiality_level, lower_because)
	held_by = legal_holds.over(MESSAGE, document.name)
	_leave(doc, document, made, response_clock.SPLIT_OFF)
	_belong_to(document, doc, made, lower_because)
	legal_holds.keep(held_by, INTERACTION, made.name)
	return frappe.get_doc(INTERACTION, made.name)


def move(name: str, message: str, to: str, lower_because: str | None = None):
	"""A message belongs to another interaction, which becomes as confidential as the one that it leaves.

	Repeatable: moving it again to the same interaction changes nothing. Both are locked in the order of their names.

	:param lower_because: why the message may be less confidential there; by default the level of `to` is raised
	:returns: the interaction to which it belongs now
	:raises frappe.PermissionError: the session user cannot read and write both, or cannot lower the level
	:raises ActionNotPossibleError: the message cannot be moved; the text says why and what to do
	"""
	docs = {each: former_names.get_locked(each) for each in sorted({name, to})}
	doc, target = docs[name], docs[to]
	merging.require_access(doc, target)
	transactions.lock(MESSAGE, message)
	if frappe.db.get_value(MESSAGE, message, "client_interaction", for_update=True) == target.name:
		return target
	restrictions.require(INTERACTION, doc.name, target.name)
	document = message_of(doc, message, locked=True)
	require_movable(doc, document, target)
	join(doc, document, target, lower_because)
	target.save_by_app()
	held_by = legal_holds.over(MESSAGE, document.name)
	_leave(doc, document, target, response_clock.MESSAGE_MOVED)
	_belong_to(document, doc, target, lower_because)
	legal_holds.keep(held_by, MESSAGE, document.name)
	target.reload()
	return target


# --- what is refused ---------------------------------------------------------------------------------


def require_movable(doc, document, target=None) -> None:
	"""
	:raises ActionNotPossibleError: with what to do instead
	"""
	if erased := next((each for each in (doc, target) if each and each.anonymised_on), None):
		_refuse(_("The texts of {0} were erased, so it stays as it is.").format(bold(erased.name)))
	if not messages.is_message(document):
		_refuse(
			_(
				"Only messages can be split off or moved, and this is a note or a meeting. Log what it is about as an interaction of its own."
			)
		)
	if not _is_all_of(doc, document):
		return
	if target:
		_refuse(
			_("{0} consists of this message alone. Merge it into {1} instead.").format(
				bold(doc.name), bold(target.name)
			)
		)
	_refuse(
		_(
			"{0} consists of this message alone, so there is nothing to split. Change its type instead."
		).format(bold(doc.name))
	)


def _is_all_of(doc, document) -> bool:
	"""Whether nothing would be left: no one logged it by hand, and no other message, call or meeting belongs to it."""
	if doc.logged_by_hand or any(row.event in _OPENED and not row.source_name for row in doc.events):
		return False
	other = {"client_interaction": doc.name, "name": ("!=", document.name)}
	return not any(
		frappe.db.exists(doctype, {**other, **_MESSAGES.get(doctype, {})}) for doctype in governed.bound()
	)


def _refuse(text: str) -> None:
	frappe.throw(text, exc=ActionNotPossibleError, title=_("Message Stays Where It Is"))


def _refuse_unread():
	_refuse(
		_(
			"You could not read the new interaction. Choose another type, or ask a user with clearance for it to split the message off."
		)
	)


def message_of(doc, message: str, *, locked: bool = False):
	"""The message, if it belongs to the interaction.

	:raises ActionNotPossibleError: it does not
	"""
	document = (transactions.locked if locked else frappe.get_doc)(MESSAGE, message)
	if document.client_interaction != doc.name:
		_refuse(
			_("The message does not belong to {0}, or no longer does. Reload the interaction.").format(
				bold(doc.name)
			)
		)
	return document


def _went_to(doc, message: str, event: str):
	"""The interaction to which the message went by this event, if the session user can read it."""
	transactions.lock(MESSAGE, message)
	here = frappe.db.get_value(MESSAGE, message, "client_interaction", for_update=True)
	if here == doc.name or not any(row.event == event and row.source_name == message for row in doc.events):
		return None
	there = here and frappe.get_doc(INTERACTION, here)
	if not there or not there.has_permission("read"):
		return None
	return there


# --- what happens ------------------------------------------------------------------------------------


def proposed(
	doc, document, communication_type: str | None, lower_because: str | None, subject: str | None = None
):
	"""The new interaction in memory, for a preview."""
	arriving = arrival_of(doc, document, communication_type, lower_because, subject)
	made = arrivals.propose(arriving) or _refuse_unread()
	log_details.set_client(made)
	client_names.set_name(made)
	return made


def arrival_of(
	doc, document, communication_type: str | None, lower_because: str | None, subject: str | None = None
) -> arrivals.Arrival:
	"""The message as it would have arrived as the first one of a conversation with the same client and company."""
	message = messages.read(document)
	arriving = communication.arrival(
		message, classification.INBOUND if message.is_received else classification.OUTBOUND
	)
	client = parties.client_of(None, None, message.address, message.name)
	if not client.party:
		client = parties.Client(doc.party_type, doc.party, client.contact or doc.contact, doc.party_name)
	document.confidentiality_level = None  # it is that of `doc`, and not what the message arrived with
	return replace(
		arriving,
		subject=subject or arriving.subject,
		reference_doctype=None,
		reference_name=None,
		company=doc.company,
		client=client,
		staff=message.staff or (None if message.is_received else frappe.session.user),
		at_least=None if lower_because else doc.confidentiality_level,
		communication_type=communication_type,
		note=_("Split off from {0}").format(doc.name),
	)


def join(doc, document, target, lower_because: str | None) -> None:
	"""The message on the interaction to which it goes: an event with its clocks, from when it arrived."""
	rank = policy.current().rank
	if lower_because or rank(doc.confidentiality_level) <= rank(target.confidentiality_level):
		levels.require_may_lower(
			doc.name, doc.confidentiality_level, target.confidentiality_level, lower_because
		)
	else:
		target.confidentiality_level = doc.confidentiality_level
		target.level_change_reason = _("A message of {0} was moved here").format(doc.name)
	arrivals.add_evidence(target, document)
	target.append_event(
		response_clock.MESSAGE_ADDED,
		clock.now(),
		_("From {0}").format(doc.name),
		source=document,
	)
	owed = _owed(doc, doc.clocks(), _arrivals(doc).get(document.name))
	target.events[-1].carried = replay.keep_carried(histories.coming_from(doc.name, owed))


def _arrivals(doc) -> dict[str, object]:
	"""What came from the client and is here: its name → the event with which it came; what staff noted has the event's name."""
	here = set(frappe.get_all(MESSAGE, {"client_interaction": doc.name}, pluck="name"))
	return {
		row.source_name or row.name: row
		for row in sorted(doc.events, key=lambda row: not row.merged_from)
		if row.event in _CAME and (row.source_doctype != MESSAGE or row.source_name in here)
	}


def _owed(doc, clocks: response_clock.Clocks, came) -> response_clock.Carried:
	"""What the client is owed for what came with this event, if anything did; `clocks` are those of `doc`."""
	since = came and _since(came)
	if not since:
		return response_clock.Carried()
	return histories.coming_from(came.merged_from, histories.going(clocks, _alone(doc, came), since))


def _since(came) -> datetime | None:
	"""When the clocks of what came with this event started (aware); None if nothing was owed for it any more."""
	if came.event == response_clock.RECEIVED:
		return clock.to_aware(came.at)
	return next((each.started_at for each in replay.carried_of(came).owed), None)


def _alone(doc, came) -> response_clock.Clocks:
	"""The clocks as if this were all that had come, with what was done about it since: here, and where it was before a merger."""
	rows, since_then = [], False
	for row in doc.events:
		since_then = since_then or row is came
		counts = row is came or (
			row.event not in _STARTING and (since_then or row.merged_from == came.merged_from)
		)
		fields = {field: row.get(field) for field in replay.EVENT_FIELDS}
		judged = replay.keep_judgements(_seen_from(came.merged_from, row))
		rows.append(
			frappe._dict(fields, judged=judged, merged_from=None, event=row.event if counts else None)
		)
	return replay.replay(doc, rows)


def _seen_from(history: str | None, row) -> Iterator[response_clock.Judgement]:
	"""What was judged stays judged, whatever it was stored with; what comes from `history` itself has no other origin there."""
	for each in replay.judgements_of(row):
		origin = each.origin or row.merged_from or ""
		yield replace(each, origin="" if origin == (history or "") else origin)


def leave(doc, document, to, event: str) -> None:
	"""The event on the interaction that the message leaves, with what is owed there without it."""
	came = _arrivals(doc)
	gone = came.pop(document.name, None)
	since = gone and _since(gone)
	carried = response_clock.Carried()
	if since:
		clocks = doc.clocks()
		carried = histories.leaving(clocks, since, [_owed(doc, clocks, row) for row in came.values()])
	doc.append_event(
		event, clock.now(), to and _("To {0}", context="Client Interaction").format(to.name), source=document
	)
	doc.events[-1].carried = replay.keep_carried(carried)


def _leave(doc, document, to, event: str) -> None:
	leave(doc, document, to, event)
	doc.evidence = [row for row in doc.evidence if row.reference_name != document.name]
	doc.save_by_app()


def _belong_to(document, doc, to, lower_because: str | None) -> None:
	"""The message and what belongs to it are as confidential as the interaction to which they go."""
	to.reload()
	values = {"client_interaction": to.name}
	if (document.reference_doctype, document.reference_name) == (INTERACTION, doc.name):
		values["reference_name"] = to.name
	frappe.db.set_value(MESSAGE, document.name, values, update_modified=False)
	frappe.db.set_value(
		"Communication Link",
		{"parent": document.name, "link_doctype": INTERACTION, "link_name": doc.name},
		"link_name",
		to.name,
		update_modified=False,
	)
	frappe.db.set_value(
		"Email Queue",
		{"communication": document.name, "reference_doctype": INTERACTION, "reference_name": doc.name},
		"reference_name",
		to.name,
		update_modified=False,
	)
	disclosures = frappe.get_all(governed.DISCLOSURE, {"communication": document.name}, pluck="name")
	if disclosures:
		frappe.db.set_value(
			governed.DISCLOSURE,
			{"name": ("in", disclosures)},
			"client_interaction",
			to.name,
			update_modified=False,
		)
		ledger.record_states(governed.DISCLOSURE, disclosures)
	level_spread.apply_level(to)
	_on_ledger(document, doc, to, lower_because)


def _on_ledger(document, doc, to, lower_because: str | None) -> None:
	changes = {"message": [document.name, document.name], "client_interaction": [doc.name, to.name]}
	for each in (doc, to):
		ledger.record(
			ledger.MESSAGE_MOVED, INTERACTION, each.name, each.confidentiality_level, changes=changes
		)
	rank = policy.current().rank
	if rank(to.confidentiality_level) < rank(doc.confidentiality_level):
		levels.record_change(
			MESSAGE, document.name, doc.confidentiality_level, to.confidentiality_level, lower_because
		)
