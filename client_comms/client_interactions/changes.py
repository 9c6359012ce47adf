"""What a change of an interaction adds to its history: the change itself, and deadlines that moved with it (C-3, C-4)."""

from frappe import _

from client_comms import clock, validation
from client_comms.client_interactions.clocks import replay
from client_comms.i18n import moment
from client_comms.rules import response_clock

LOGGED = "Logged"
TYPE_CHANGED = "Type Changed"
DIRECTION_CHANGED = "Direction Changed"
COMPANY_CHANGED = "Company Changed"
LEVEL_CHANGED = "Level Changed"
MATRIX_CHANGED = "Matrix Changed"
PRIORITY_CHANGED = "Priority Changed"
CLIENT_CHANGED = "Client Changed"
DATE_CHANGED = "Date Changed"
REASSIGNED = "Reassigned"
HANDED_OVER = "handed over"  # `action_key` of a reassignment with which a substitution begins
SUBSTITUTED = "substituted"  # of the others that follow absences: to the next substitute, back again, and of action items
RELIEVED = "relieved"  # what no user decided: who was responsible could not keep it, or there was no one
RECOMPUTED = "Deadlines Recomputed"
RECLASSIFYING = ("communication_type", "direction", "company")  # what decides about deadlines
RECOUNTED = {
	"party": CLIENT_CHANGED,
	"occurred_on": DATE_CHANGED,
}  # for whom, and in which period, they count
_WITH_REASON = (*RECLASSIFYING, *RECOUNTED)


def add_events(doc, outgoing_reason=None):
	"""Add events for changes of the record, and the first events of a new record."""
	before = doc.stored()
	if before is None:
		if not doc.flags.from_intake:
			doc.append_event(LOGGED, clock.now(), outgoing_reason)
			if doc.direction == "Inbound":
				doc.append_event(response_clock.RECEIVED, doc.occurred_on)
		return
	clocks = before.clocks()
	require_reason_to_recount(doc, before, clocks)
	for field, event in (
		("communication_type", TYPE_CHANGED),
		("direction", DIRECTION_CHANGED),
		("company", COMPANY_CHANGED),
		("priority", PRIORITY_CHANGED),
		("matrix", MATRIX_CHANGED),
		("confidentiality_level", LEVEL_CHANGED),
		("responsible_staff", REASSIGNED),
		*(() if doc.flags.by_the_app else RECOUNTED.items()),
	):
		if before.get(field) != doc.get(field):
			change = f"{before.get(field) or '–'} → {doc.get(field) or '–'}"
			reason = {
				LEVEL_CHANGED: doc.level_change_reason,
				REASSIGNED: doc.flags.reassignment_reason,
			}.get(event, field in _WITH_REASON and doc.reclassification_reason)
			stands_in = doc.flags.stands_in or not before.substituting_for
			key = RELIEVED if doc.flags.relieving else None
			if doc.flags.substituting:
				key = HANDED_OVER if stands_in else SUBSTITUTED
			doc.append_event(
				event,
				clock.now(),
				f"{change}: {reason}" if reason else change,
				action_key=key if event == REASSIGNED else None,
			)
	if before.responsible_staff != doc.responsible_staff and not doc.flags.substituting:
		doc.substituting_for = None  # someone has decided whose it is
	if any(before.get(field) != doc.get(field) for field in replay.TERMS_FIELDS):
		follow_terms(doc, before, clocks)
	doc.level_change_reason = doc.reclassification_reason = None
	if moves := replay.moved(before, clocks):
		append_moves(doc, moves)


def with_trace(doc, event: str, note: str | None) -> str | None:
	"""The note of an event that moves what is owed without being judged says so: another promise before the first is due, waiting for a
	client who was not even told that the inquiry arrived (C-3, C-4)."""
	owed = (response_clock.RUNNING, response_clock.PAUSED_CLOCK)
	if event == response_clock.PROMISED and doc.promise_status in owed:
		again = _("Promised again instead of {0}, replaced promises: {1}").format(
			moment(doc.promised_for), (doc.replaced_promises or 0) + 1
		)
		return f"{again}: {note}" if note else again
	if event == response_clock.PAUSED and doc.acknowledge_status in owed and not note:
		return _("Paused before receipt was acknowledged, without a reason")
	return note


def require_reason_to_recount(doc, before, clocks: response_clock.Clocks):
	"""Deadlines count for a client and in a period: who makes them count elsewhere says why (C-3, C-4). Naming the client of a
	record that had none needs no reason.

	:param clocks: as they were `before`
	:raises MissingDetailsError: no reason is given
	"""
	changed = any(before.get(field) and before.get(field) != doc.get(field) for field in RECOUNTED)
	if changed and clocks.counted and not doc.flags.by_the_app:
		validation.require_reason(
			doc.reclassification_reason,
			_(
				"A deadline of this interaction is owed or was judged. Give a reason for changing the client or the date, for which it counts."
			),
		)


def follow_terms(doc, before, clocks: response_clock.Clocks):
	"""Other terms apply from now on; what was judged by the old ones stays as it was judged (C-3, C-4).

	:param clocks: as they were `before`
	"""
	doc.keep_judgements(clocks)
	if doc.direction == "Inbound" and not any(row.event == response_clock.RECEIVED for row in doc.events):
		doc.append_event(response_clock.RECEIVED, doc.occurred_on)
	reclassified = any(before.get(field) != doc.get(field) for field in RECLASSIFYING)
	if reclassified and not doc.flags.by_the_app and replay.is_eased(doc, doc.events, clocks):
		validation.require_reason(
			doc.reclassification_reason,
			_(
				"This change would cancel or postpone a deadline that is owed or was missed. Give a reason for changing the type, the direction or the company."
			),
		)


def append_moves(doc, moves):
	"""Record changed deadlines after a change of holidays or hours: `moves` as returned by `replay.moved`."""
	note = "\n".join(f"{name} {before} → {after}" for name, before, after in moves)
	doc.append_event(RECOMPUTED, clock.now(), note, by="Administrator")
