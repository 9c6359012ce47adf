"""What staff can do with a record now, and why not (clauses C-3 and C-4)."""

from datetime import datetime, timedelta

from client_comms.rules.messages import Message, RuleError, _
from client_comms.rules.response_clock import (
	ACKNOWLEDGED,
	ANSWERED,
	CLOSED,
	PAUSED,
	PROMISED,
	REOPENED,
	RESUMED,
	STATE_PAUSED,
	STATE_STOPPED,
	STATUS_ACKNOWLEDGED,
	STATUS_ANSWERED,
	STATUS_CLOSED,
	STATUS_OPEN,
	TAKEN_BACK,
	Clocks,
)
from client_comms.rules.working_time import as_utc

# Kinds of events that staff trigger
STAFF_EVENTS = (ACKNOWLEDGED, PROMISED, ANSWERED, TAKEN_BACK, PAUSED, RESUMED, CLOSED, REOPENED)


class TransitionError(RuleError):
	"""An action that is not possible in the record's current state."""


def check_transition(clocks: Clocks, kind: str, at: datetime, promised_until: datetime | None = None) -> None:
	"""Refuse actions that are not possible on a record with these `clocks` (clauses C-3 and C-4).

	`kind` is an event kind, `at` the aware datetime at which it would happen; `promised_until` belongs to
	`PROMISED`. Raises `TransitionError` with what to do instead. Events that simply happen (a message
	received, an automatic acknowledgement, kinds that do not affect a clock) are never refused.
	"""
	refusal = _refusal(clocks, kind, at, promised_until)
	if refusal:
		raise TransitionError(refusal)


def possible_events(clocks: Clocks, at: datetime) -> tuple[str, ...]:
	"""The kinds of events that staff can add at `at` (aware) to a record with these `clocks`."""
	promise = at + timedelta(days=1)
	return tuple(kind for kind in STAFF_EVENTS if _refusal(clocks, kind, at, promise) is None)


def _refusal(clocks: Clocks, kind: str, at: datetime, promised_until: datetime | None) -> Message | None:
	closed = clocks.status == STATUS_CLOSED
	paused = clocks.clock_state == STATE_PAUSED
	owes_anything = clocks.clock_state != STATE_STOPPED

	if kind == REOPENED:
		return None if closed else Message(_("The record is not closed, so there is nothing to reopen."))
	if kind == CLOSED and closed:
		return Message(_("The record is already closed."))
	if closed and kind in (ACKNOWLEDGED, PROMISED, ANSWERED, TAKEN_BACK, PAUSED, RESUMED):
		return Message(_("The record is closed. Reopen it first."))

	if kind == ACKNOWLEDGED and not clocks.acknowledge.unmet:
		if clocks.acknowledge.met_at is None:
			return Message(_("No acknowledgement is required."))
		message = _("Receipt was already acknowledged on {when}.")
		return Message(message, {"when": clocks.acknowledge.met_at})
	if kind == PROMISED:
		if not owes_anything:
			return Message(_("No answer is owed to the client, so there is nothing to promise."))
		if promised_until is None:
			return Message(_("Enter the date by which the client was promised an answer."))
		if as_utc(promised_until) <= as_utc(at):
			message = _("The promised answer must be due after {when}. Choose a later time.")
			return Message(message, {"when": at})
	if kind == ANSWERED and not owes_anything and clocks.status not in (STATUS_OPEN, STATUS_ACKNOWLEDGED):
		return Message(
			_("The client has already been answered. Wait for the next message, or close the record.")
		)
	if kind == TAKEN_BACK and clocks.status != STATUS_ANSWERED:
		return Message(_("The client has not been answered, so there is nothing to take back."))
	if kind == PAUSED and paused:
		return Message(_("The record is already waiting for the client."))
	if kind == PAUSED and not owes_anything:
		return Message(_("No clock is running, so there is nothing to pause."))
	if kind == RESUMED and not paused:
		return Message(_("The record is not waiting for the client, so there is nothing to resume."))
	if kind == CLOSED and (clocks.respond.unmet or clocks.promise.unmet):
		return Message(
			_("The client is still waiting for a reply. Answer the client first, then close the record.")
		)
	if kind == CLOSED and clocks.acknowledge.unmet:  # of a type that owes no answer
		return Message(
			_(
				"The client has not been told that the inquiry arrived. Acknowledge receipt first, then close the record."
			)
		)
	return None
