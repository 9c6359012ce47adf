"""Response clocks: what a client is owed, by when, and whether it was on time (clauses C-3 and C-4).

A record's events are replayed in order into three clocks: `acknowledge` (C-3),
`respond` (C-4), and `promise`, which runs once the client has been told when to expect the answer.
The same events, terms, calendar and `now` always give the same clocks.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from client_comms.rules.clock_values import (  # noqa: F401 (the vocabulary of the clocks is used under this name)
	ACKNOWLEDGED,
	ANSWERED,
	AUTO_ACKNOWLEDGED,
	BREACHED,
	CLOSED,
	MERGED,
	MESSAGE_ADDED,
	MESSAGE_MOVED,
	MET,
	MET_LATE,
	NOT_CLOSED,
	NOT_REQUIRED,
	NOT_SENT,
	PAUSED,
	PAUSED_CLOCK,
	PROMISE_NOT_SENT,
	PROMISED,
	RECEIVED,
	REOPENED,
	RESUMED,
	RUNNING,
	SPLIT_OFF,
	STATE_PAUSED,
	STATE_RUNNING,
	STATE_STOPPED,
	STATUS_ACKNOWLEDGED,
	STATUS_ANSWERED,
	STATUS_CLOSED,
	STATUS_OPEN,
	STATUS_WAITING,
	TAKEN_BACK,
	UNMET,
	Carried,
	Clock,
	Clocks,
	Event,
	Judgement,
	Terms,
)
from client_comms.rules.histories import contend
from client_comms.rules.working_time import WorkingCalendar, as_utc


def replay(events: Iterable[Event], terms: Terms, calendar: WorkingCalendar, now: datetime) -> Clocks:
	"""The clocks at `now`, after all events up to then (clauses C-3 and C-4).

	Events apply in the order of their times, and simultaneous ones in the order given. Events after `now`
	and kinds other than `CLOCK_EVENTS` are ignored, and so are events without effect, such as a pause while
	nothing is owed. A client who writes to a closed record reopens it. A clock that was judged keeps the due
	date by which it was judged, whatever the calendar and terms say now. An
	acknowledgement that was not sent has no effect, and a promise that was not sent, or an answer that was taken back, only ends a pause. Raises `CalendarError` for naive
	datetimes and for terms the calendar cannot compute.
	"""
	now = as_utc(now)
	happened = [event for event in events if as_utc(event.at) <= now]
	record = _Record(terms, calendar, [judgement for event in happened for judgement in event.judged])
	clock_events = [replace(event, at=as_utc(event.at)) for event in happened if event.kind in CLOCK_EVENTS]
	for event in _counted(sorted(clock_events, key=lambda event: event.at)):
		record.advance(event.at)
		record.apply(event)
	record.advance(now)
	return record.clocks()


def _counted(events: Iterable[Event]) -> list[Event]:
	"""What happened, without the acknowledgements, promises and answers that did not reach the client after all."""
	counted: list[Event] = []
	for event in events:
		undone = _UNDOES.get(event.kind)
		if not undone:
			counted.append(event)
		elif found := [
			at for at, each in enumerate(counted) if each.kind in undone and event.about in (None, each.about)
		]:
			reply = counted.pop(found[-1])
			if reply.kind in (PROMISED, ANSWERED):  # the waiting for the client was over
				counted.insert(found[-1], replace(reply, kind=RESUMED))
	return counted


class _Record:
	"""The state of a replay. All times in here are UTC, in which datetimes compare as moments."""

	def __init__(self, terms: Terms, calendar: WorkingCalendar, judgements: Iterable[Judgement] = ()):
		self.terms = terms
		self.calendar = calendar
		# A judged due date is final, so it applies from the start.
		self.judged = {each.key: as_utc(each.due) for each in judgements}
		self.acknowledge = Clock("acknowledge")
		self.respond = Clock("respond")
		self.promise = Clock("promise")
		self.history: list[Clock] = []
		self.received = False
		self.answered = False  # in this round, after which nothing is owed in it
		self.paused = False
		self.paused_until: datetime | None = None
		self.closed = False
		self.waits: list[tuple[datetime, datetime]] = []
		self.waiting_since: datetime | None = None
		self.acknowledge_seconds: float | None = None
		self.answered_at: datetime | None = None
		self.answer_seconds: float | None = None
		self.replaced_promises = 0

	@property
	def current(self) -> tuple[Clock, Clock, Clock]:
		return self.acknowledge, self.respond, self.promise

	@property
	def owes_anything(self) -> bool:
		return any(clock.unmet for clock in self.current)

	def clocks(self) -> Clocks:
		acknowledge, respond, promise = map(self.localised, self.current)
		running = [clock.due for clock in self.current if clock.status == RUNNING]
		owed = [clock.due for clock in self.current if clock.unmet]
		state = self.clock_state()
		return Clocks(
			acknowledge=acknowledge,
			respond=respond,
			promise=promise,
			history=tuple(map(self.localised, self.history)),
			status=self.status(),
			clock_state=state,
			next_deadline=self.local(min(owed)) if state == STATE_RUNNING else None,
			next_moment=self.local(min(running)) if running else None,
			breached=any(clock.late for clock in (*self.current, *self.history)),
			acknowledge_seconds=self.acknowledge_seconds,
			answered_at=self.local(self.answered_at),
			answer_seconds=self.answer_seconds,
			paused_until=self.local(self.paused_until) if self.paused else None,
			replaced_promises=self.replaced_promises,
		)

	def status(self) -> str:
		if self.closed:
			return STATUS_CLOSED
		if self.paused:
			return STATUS_WAITING
		if self.answered:
			return STATUS_ANSWERED
		if self.acknowledge.status in (MET, MET_LATE) or self.promise.unmet:
			return STATUS_ACKNOWLEDGED
		return STATUS_OPEN

	def clock_state(self) -> str:
		if self.closed or not self.owes_anything:
			return STATE_STOPPED
		return STATE_PAUSED if self.paused else STATE_RUNNING

	def local(self, t: datetime | None) -> datetime | None:
		return t and t.astimezone(self.calendar.zone)

	def localised(self, clock: Clock) -> Clock:
		return replace(
			clock,
			started_at=self.local(clock.started_at),
			due=self.local(clock.due),
			met_at=self.local(clock.met_at),
			granted_until=self.local(clock.granted_until),
		)

	def advance(self, at: datetime) -> None:
		"""Let time pass: running clocks whose due date has passed are breached."""

		def age(clock: Clock) -> Clock:
			if clock.status == RUNNING and at > clock.due:
				return replace(clock, status=BREACHED, late=True)
			return clock

		self.change(age)

	def change(self, change: Callable[[Clock], Clock]) -> None:
		self.acknowledge, self.respond, self.promise = map(change, self.current)

	def apply(self, event: Event) -> None:
		# Nothing happens on a closed record until someone, including the client, reopens it, or what is owed joins it.
		if self.closed and event.kind not in (REOPENED, RECEIVED, MERGED, MESSAGE_ADDED):
			return
		_HANDLERS[event.kind](self, event)
		# Waiting for the client ends when nothing is owed any more.
		self.paused = self.paused and self.owes_anything
		if self.paused:
			self.waiting_since = self.waiting_since or event.at
		elif self.waiting_since:
			self.waits.append((self.waiting_since, event.at))
			self.waiting_since = None

	def worked(self, since: datetime, until: datetime) -> float:
		"""Seconds of working time, excluding time spent waiting for the client."""
		waits = [*self.waits, (self.waiting_since, until)] if self.waiting_since else self.waits
		seconds = self.calendar.working_seconds
		return seconds(since, until) - sum(seconds(max(a, since), b) for a, b in waits)

	def on_received(self, event: Event) -> None:
		self.on_resumed(event)
		if not self.received:
			self.received = True
			self.acknowledge = self.started("acknowledge", self.terms.acknowledge_days, event.at)
			self.start_round(event.at)
		elif self.closed or not self.owes_anything:
			self.start_round(event.at)

	def on_acknowledged(self, event: Event) -> None:
		self.acknowledge = self.met(self.acknowledge, event.at)

	def on_auto_acknowledged(self, event: Event) -> None:
		if self.terms.auto_acknowledges:
			self.on_acknowledged(event)

	def on_promised(self, event: Event) -> None:
		if event.promised_until is None or not self.owes_anything:
			return
		self.on_resumed(event)
		self.acknowledge = self.met(self.acknowledge, event.at)
		self.respond = self.met(self.respond, event.at)
		if (
			self.promise.status == RUNNING
		):  # a promise that is not broken yet can be replaced, which is counted
			self.replaced_promises += 1
		else:
			self.keep(self.promise)
		self.promise = self.begun("promise", event.at, as_utc(event.promised_until))

	def on_answered(self, event: Event) -> None:
		if self.respond.started_at and not self.answered:
			self.answered_at = event.at
			self.answer_seconds = self.worked(self.respond.started_at, event.at)
		self.change(lambda clock: self.met(clock, event.at))
		self.answered = True

	def on_paused(self, event: Event) -> None:
		def pause(clock: Clock) -> Clock:
			if clock.status != RUNNING:
				return clock
			remaining = self.calendar.working_seconds(event.at, clock.due)
			return replace(clock, status=PAUSED_CLOCK, remaining_seconds=remaining)

		self.paused, self.paused_until = True, event.promised_until and as_utc(event.promised_until)
		self.change(pause)

	def on_resumed(self, event: Event) -> None:
		self.paused = False
		self.change(lambda clock: self.resumed(clock, event.at))

	def on_closed(self, event: Event) -> None:
		self.closed, self.paused = True, False
		self.change(lambda clock: Clock(clock.name) if clock.status in (RUNNING, PAUSED_CLOCK) else clock)

	def on_reopened(self, event: Event) -> None:
		if self.closed:
			self.start_round(event.at)

	def on_joined(self, event: Event) -> None:
		"""Other clocks join these: of each kind the most urgent stays owed, and what was judged stays judged."""
		carried = event.carried or Carried()
		waits = (self.paused or not self.owes_anything) and (carried.paused or not carried.owed)
		still_paused = waits and (self.paused or carried.paused)
		joining = carried.current
		if not still_paused:  # one of them goes on, so both do
			self.on_resumed(event)
			joining = tuple(self.resumed(clock, event.at) for clock in joining)
		ends = (self.paused and self.paused_until, carried.paused and carried.paused_until)
		self.paused, self.paused_until = still_paused, min(map(as_utc, filter(None, ends)), default=None)
		self.received = self.received or bool(carried.current or carried.past)
		if carried.owed:
			self.answered = self.closed = False
			self.answered_at = self.answer_seconds = None
		self.history.extend(carried.past)
		for clock in joining:
			stays, leaves = contend(getattr(self, clock.name), clock, self.is_judged_later)
			setattr(self, clock.name, stays)
			self.history.extend(leaves)
		if not self.answered:
			self.take_answer()

	def is_judged_later(self, clock: Clock) -> bool:
		return clock.status in (RUNNING, PAUSED_CLOCK) and clock.key in self.judged

	def on_left(self, event: Event) -> None:
		"""The message that started some of the clocks has gone elsewhere: these stop; what they missed stays missed."""
		carried = event.carried or Carried()
		instead = {clock.name: clock for clock in carried.current}
		for clock in self.current:
			if clock.unmet and carried.since and clock.started_at == as_utc(carried.since):
				stays = instead.get(clock.name) or self.before_this_round(clock.name)
				setattr(self, clock.name, stays)
				self.history.extend([clock] if clock.late else [])
		self.take_answer()

	def take_answer(self) -> None:
		"""If nothing is owed after clocks came or went, the answer that is known is that of this round."""
		if not self.owes_anything and self.respond.met_at:
			self.answered, self.answered_at = True, self.respond.met_at
			self.answer_seconds = self.worked(self.respond.started_at, self.respond.met_at)

	def before_this_round(self, name: str) -> Clock:
		"""The clock that was met before the client wrote again, which becomes the current one again."""
		earlier = [clock for clock in self.history if clock.name == name]
		if not earlier or earlier[-1].unmet:
			return Clock(name)
		self.history.remove(earlier[-1])
		return earlier[-1]

	def start_round(self, at: datetime) -> None:
		self.keep(self.respond)
		self.keep(self.promise)
		# No answer is owed on a record on which the client has never asked anything.
		self.respond = self.started("respond", self.terms.respond_days if self.received else 0, at)
		self.promise = Clock("promise")
		self.answered = self.closed = False
		self.answered_at = self.answer_seconds = None

	def keep(self, clock: Clock) -> None:
		if clock.status != NOT_REQUIRED:
			self.history.append(clock)

	def started(self, name: str, days: float, at: datetime) -> Clock:
		if judged := self.judged.get(Clock(name, started_at=at).key):
			return self.begun(name, at, judged)  # whatever the terms say now
		if not (days and self.terms.expects_reply):
			return Clock(name)
		return self.begun(name, at, as_utc(self.calendar.deadline(at, days)))

	def begun(self, name: str, at: datetime, due: datetime) -> Clock:
		clock = Clock(name, RUNNING, at, due, granted_until=due)
		return replace(clock, due=self.judged.get(clock.key, due))

	def met(self, clock: Clock, at: datetime) -> Clock:
		if not clock.unmet:
			return clock
		if clock.name == "acknowledge":
			self.acknowledge_seconds = self.worked(clock.started_at, at)
		status = MET_LATE if clock.late or clock.status == BREACHED else MET
		return replace(self.resumed(clock, at), status=status, met_at=at)

	def resumed(self, clock: Clock, at: datetime) -> Clock:
		if clock.status != PAUSED_CLOCK:
			return clock
		due = self.judged.get(clock.key)
		if due is None:
			due = as_utc(self.calendar.add_working_seconds(at, clock.remaining_seconds))
		# A promise can end outside business hours; waiting for the client never makes a due date earlier.
		return replace(clock, status=RUNNING, due=max(due, clock.due), remaining_seconds=None)


_HANDLERS: dict[str, Callable[[_Record, Event], None]] = {
	RECEIVED: _Record.on_received,
	ACKNOWLEDGED: _Record.on_acknowledged,
	AUTO_ACKNOWLEDGED: _Record.on_auto_acknowledged,
	PROMISED: _Record.on_promised,
	ANSWERED: _Record.on_answered,
	PAUSED: _Record.on_paused,
	RESUMED: _Record.on_resumed,
	CLOSED: _Record.on_closed,
	REOPENED: _Record.on_reopened,
	MERGED: _Record.on_joined,
	MESSAGE_ADDED: _Record.on_joined,
	MESSAGE_MOVED: _Record.on_left,
	SPLIT_OFF: _Record.on_left,
}
# Kind of an event -> the kinds of which the last one, about the same message if it names one, has no effect because of it
_UNDOES = {
	NOT_SENT: (AUTO_ACKNOWLEDGED, ACKNOWLEDGED),
	PROMISE_NOT_SENT: (PROMISED,),
	TAKEN_BACK: (ANSWERED,),
}
CLOCK_EVENTS = (*_HANDLERS, *_UNDOES)
# What happens, whatever the clocks say
HAPPENS = (RECEIVED, AUTO_ACKNOWLEDGED)
# Kind of a reply of staff -> that of the event by which it has no effect because its message did not leave
UNSENT = {ACKNOWLEDGED: NOT_SENT, PROMISED: PROMISE_NOT_SENT, ANSWERED: TAKEN_BACK}
