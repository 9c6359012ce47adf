"""What the response clocks are made of: events, terms, clocks, and what they are called (clauses C-3 and C-4)."""

from dataclasses import dataclass, field
from datetime import datetime

from client_comms.rules.working_time import as_utc

# Kinds of events that move clocks
RECEIVED = "Received"
ACKNOWLEDGED = "Acknowledged"
AUTO_ACKNOWLEDGED = "Automatic Acknowledgement"
NOT_SENT = "Acknowledgement Not Sent"
PROMISED = "Promised"
PROMISE_NOT_SENT = "Promise Not Sent"
ANSWERED = "Answered"
TAKEN_BACK = "Answer Taken Back"
PAUSED = "Paused"
RESUMED = "Resumed"
CLOSED = "Closed"
REOPENED = "Reopened"
# Another history, or one message of it, joins this one; a message leaves it. See `rules.histories`.
MERGED = "Merged"
MESSAGE_ADDED = "Message Added"
MESSAGE_MOVED = "Message Moved"
SPLIT_OFF = "Message Split Off"

# Statuses of one clock
NOT_REQUIRED = "Not Required"
RUNNING = "Running"
PAUSED_CLOCK = "Paused"
MET = "Met"
MET_LATE = "Met Late"
BREACHED = "Breached"
UNMET = (RUNNING, PAUSED_CLOCK, BREACHED)

# Statuses of the record
STATUS_OPEN = "Open"
STATUS_ACKNOWLEDGED = "Acknowledged"
STATUS_WAITING = "Waiting for Client"
STATUS_ANSWERED = "Answered"
STATUS_CLOSED = "Closed"
NOT_CLOSED = (STATUS_OPEN, STATUS_ACKNOWLEDGED, STATUS_WAITING, STATUS_ANSWERED)

# States of the record's clocks taken together
STATE_RUNNING = "Running"
STATE_PAUSED = "Paused"
STATE_STOPPED = "Stopped"


@dataclass(frozen=True, slots=True)
class Judgement:
	"""The due date by which the clock that started at `started_at` was met or missed; both are aware datetimes.

	`origin` is that of the clock.
	"""

	clock: str
	started_at: datetime
	due: datetime
	origin: str = ""

	@property
	def key(self) -> tuple[str, datetime, str]:
		return self.clock, as_utc(self.started_at), self.origin


@dataclass(frozen=True, slots=True)
class Terms:
	"""What the matrix requires, in business days; with 0 days, or if no reply is expected, that clock is not required."""

	acknowledge_days: float = 0
	respond_days: float = 0
	expects_reply: bool = True
	auto_acknowledges: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
	"""One clock; its datetimes are in the calendar's zone.

	While it is paused, `remaining_seconds` is the working time left, and `due` is still the value from
	before the pause. `late` says whether the clock was ever past its due date while unmet; a deadline that was missed on another
	history, and counts there, is breached without being late. `granted_until` is the due date with which it started, before any
	pause. `origin` is the history that it comes from, if it joined this one: two of one kind can have started in the same second.
	"""

	name: str
	status: str = NOT_REQUIRED
	started_at: datetime | None = None
	due: datetime | None = None
	met_at: datetime | None = None
	remaining_seconds: float | None = None
	late: bool = False
	granted_until: datetime | None = field(default=None, compare=False)
	origin: str = field(default="", compare=False)

	@property
	def unmet(self) -> bool:
		return self.status in UNMET

	@property
	def judged(self) -> bool:
		return self.status in (MET, MET_LATE, BREACHED)

	@property
	def key(self) -> tuple[str, datetime | None, str]:
		return self.name, self.started_at and as_utc(self.started_at), self.origin


@dataclass(frozen=True, slots=True)
class Carried:
	"""The clocks that join a history, or take the place of those that leave it.

	`current` are those that were current in the other history, as they were then; `past` is what it had judged before. `paused`:
	it was waiting for the client, until `paused_until` if that is set. `since`: the aware datetime at which the clocks that leave had
	started.
	"""

	current: tuple[Clock, ...] = ()
	past: tuple[Clock, ...] = ()
	paused: bool = False
	since: datetime | None = None
	paused_until: datetime | None = None

	@property
	def owed(self) -> tuple[Clock, ...]:
		return tuple(clock for clock in self.current if clock.unmet)


@dataclass(frozen=True, slots=True)
class Event:
	"""Something that happened to the record at an aware datetime; `promised_until` belongs to `PROMISED`, and to `PAUSED` that ends on a day.

	`judged` lists the due dates by which clocks had been judged by then. Events of any kind can have it. `carried` belongs to
	`MERGED`, `MESSAGE_ADDED`, `MESSAGE_MOVED` and `SPLIT_OFF`. `about`: the message by which it happened, if there is one.
	"""

	kind: str
	at: datetime
	promised_until: datetime | None = None
	judged: tuple[Judgement, ...] = ()
	carried: Carried | None = None
	about: str | None = None


@dataclass(frozen=True, slots=True)
class Clocks:
	"""The clocks of a record at a given time.

	`history` holds the clocks of earlier rounds and broken promises that a new one replaced.
	`next_deadline` is the earliest due date of what is still owed, even if it has passed; None if nothing is
	owed or the clocks are paused. `next_moment` is the next due date of a running clock, when the record
	must be checked again. `breached` covers the earlier rounds as well. `paused_until` is when the present pause ends; None if only an event
	ends it.

	Durations in seconds of working time, excluding time spent waiting for the client:
	`acknowledge_seconds` to the acknowledgement; `answer_seconds` from the client's message that started this
	round to the full answer at `answered_at`. None until there is one: a promise is not an answer. `replaced_promises`: how often another
	promise took the place of one that was not kept yet, earlier rounds included.
	"""

	acknowledge: Clock
	respond: Clock
	promise: Clock
	history: tuple[Clock, ...]
	status: str
	clock_state: str
	next_deadline: datetime | None
	next_moment: datetime | None
	breached: bool
	acknowledge_seconds: float | None = None
	answered_at: datetime | None = None
	answer_seconds: float | None = None
	paused_until: datetime | None = None
	replaced_promises: int = 0

	@property
	def current(self) -> tuple[Clock, Clock, Clock]:
		return self.acknowledge, self.respond, self.promise

	@property
	def counted(self) -> bool:
		"""Whether any deadline is owed or was judged, earlier rounds included."""
		return any(clock.unmet or clock.judged for clock in (*self.current, *self.history))

	@property
	def missed(self) -> int:
		"""How many deadlines were missed, earlier rounds included."""
		return sum(clock.late for clock in (*self.current, *self.history))

	@property
	def judgements(self) -> tuple[Judgement, ...]:
		"""Every due date by which a clock of the record has been judged, earlier rounds first."""
		return tuple(
			Judgement(clock.name, clock.started_at, clock.due, clock.origin)
			for clock in (*self.history, *self.current)
			if clock.judged
		)
