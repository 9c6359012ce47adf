"""What the scripted month must come to, worked out the slow and obvious way (C-3, C-4, R-2).

The calendar looks at the clock on the wall of every minute, and a record is carried from one thing that happens to
the next. Nothing of the app's rules is used. All moments are aware, in UTC, and whole minutes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
OPENS, CLOSES = time(9), time(17)
DAYS = {"acknowledge": 1, "respond": 2}
WARN_AFTER = 0.75
# Hours of working time after a missed deadline
STEPS = (0, 4, 8)
# No notification between these times of day
QUIET_FROM, QUIET_UNTIL = time(16), time(8)


def wall(t: datetime) -> datetime:
	return t.astimezone(BERLIN).replace(tzinfo=None)


class Calendar:
	"""Monday to Friday, 9 to 17 in Berlin, without `holidays`: one entry for each minute of `days` days."""

	def __init__(self, first: date, days: int, holidays: Iterable[date]):
		self.start = datetime.combine(first, time(0), BERLIN).astimezone(timezone.utc)
		holidays = set(holidays)
		self.walls = [wall(self.start + n * MINUTE) for n in range(days * 1440)]
		self.open = [
			w.weekday() < 5 and w.date() not in holidays and OPENS <= w.time() < CLOSES for w in self.walls
		]
		# The same is asked at each sweep.
		for ask in (self.close_of_business, self.minutes, self.after):
			setattr(self, ask.__name__, cache(ask))

	def _number(self, t: datetime) -> int:
		return int((t - self.start) / MINUTE)

	def close_of_business(self, t: datetime, days: int) -> datetime:
		n = self._number(t)
		while not self.open[n]:
			n += 1
		day = self.walls[n].date()
		while days:
			while self.walls[n].date() == day or not self.open[n]:
				n += 1
			day = self.walls[n].date()
			days -= 1
		while self.open[n]:
			n += 1
		return self.start + n * MINUTE

	def minutes(self, a: datetime, b: datetime) -> int:
		return sum(self.open[self._number(a) : max(self._number(a), self._number(b))])

	def after(self, t: datetime, minutes: float) -> datetime:
		"""The moment at which so many open minutes have passed; a part of a minute passes in the next open one."""
		n, rest = self._number(t), minutes
		while rest >= 1:
			rest -= self.open[n]
			n += 1
		if rest:
			while not self.open[n]:
				n += 1
		return self.start + (n + rest) * MINUTE


@dataclass(eq=False)
class Clock:
	name: str
	start: datetime
	until: datetime | None = None  # of a promise
	pauses: list = field(default_factory=list)  # [from, to], of which the last may still last: to is None
	breached: bool = False
	met: datetime | None = None
	final: datetime | None = None  # the due by which it was judged
	done: set = field(default_factory=set)

	@property
	def paused(self) -> bool:
		return bool(self.pauses) and self.pauses[-1][1] is None

	@property
	def status(self) -> str:
		if self.met:
			return "Met Late" if self.breached else "Met"
		if self.breached:
			return "Breached"
		return "Paused" if self.paused else "Running"

	def granted(self, calendar: Calendar) -> datetime:
		return self.until or calendar.close_of_business(self.start, DAYS[self.name])

	def due(self, calendar: Calendar) -> datetime:
		if self.final:
			return self.final
		due = self.granted(calendar)
		for begin, end in self.pauses:
			if end:
				due = max(due, calendar.after(end, calendar.minutes(begin, due)))
		return due

	def warning(self, calendar: Calendar) -> datetime | None:
		granted = calendar.minutes(self.start, self.granted(calendar))
		left = (1 - WARN_AFTER) * granted
		passing = calendar.minutes(self.start, self.due(calendar))
		return calendar.after(self.start, max(passing - left, 0)) if granted else None


@dataclass(frozen=True)
class Told:
	"""Something that the sweep of `at` must have done about a clock; `hours` of the step of an escalation."""

	kind: str
	clock: str
	at: datetime
	due: datetime
	hours: int | None = None


class Record:
	"""One interaction as it goes along; `owes` is False for what the company itself began."""

	def __init__(self, owes: bool = True):
		self.owes = owes
		self.acknowledge: Clock | None = None
		self.respond: Clock | None = None
		self.promise: Clock | None = None
		self.received = self.answered = self.closed = self.paused = self.ever_breached = False
		self.told: list[Told] = []

	@property
	def clocks(self) -> list[Clock]:
		return [clock for clock in (self.acknowledge, self.respond, self.promise) if clock]

	@property
	def owed(self) -> list[Clock]:
		return [clock for clock in self.clocks if not clock.met]

	@property
	def status(self) -> str:
		if self.closed:
			return "Closed"
		if self.paused:
			return "Waiting for Client"
		if self.answered:
			return "Answered"
		if (self.acknowledge and self.acknowledge.met) or (self.promise and not self.promise.met):
			return "Acknowledged"
		return "Open"

	def age(self, at: datetime, calendar: Calendar) -> None:
		for clock in self.owed:
			if not clock.breached and not clock.paused and at > clock.due(calendar):
				clock.final = clock.due(calendar)
				clock.breached = self.ever_breached = True

	def happens(self, kind: str, at: datetime, calendar: Calendar, until: datetime | None = None) -> None:
		self.age(at, calendar)
		getattr(self, f"on_{kind}")(at, calendar, until)
		self.paused = self.paused and bool(self.owed)

	def on_received(self, at, calendar, _until):
		self.on_resume(at, calendar, None)
		if not self.received:
			self.received = True
			if self.owes:
				self.acknowledge = Clock("acknowledge", at)
			self.start_round(at)
		elif self.answered or self.closed:
			self.start_round(at)

	def on_contacted(self, at, calendar, _until):
		"""Moves nothing."""

	def on_acknowledge(self, at, calendar, _until):
		self.meet(self.acknowledge, at, calendar)

	def on_promise(self, at, calendar, until):
		self.on_resume(at, calendar, None)
		self.meet(self.acknowledge, at, calendar)
		self.meet(self.respond, at, calendar)
		self.promise = Clock("promise", at, until)

	def on_answer(self, at, calendar, _until):
		for clock in self.owed:
			self.meet(clock, at, calendar)
		self.answered = True

	def on_pause(self, at, calendar, _until):
		self.paused = True
		for clock in self.owed:
			if not clock.breached:
				clock.pauses.append([at, None])

	def on_resume(self, at, calendar, _until):
		self.paused = False
		for clock in self.owed:
			if clock.paused:
				clock.pauses[-1][1] = at

	def on_close(self, at, calendar, _until):
		self.closed, self.paused = True, False

	def on_reopen(self, at, calendar, _until):
		self.start_round(at)

	def start_round(self, at):
		self.respond = Clock("respond", at) if self.owes else None
		self.promise = None
		self.answered = self.closed = False

	def meet(self, clock: Clock | None, at: datetime, calendar: Calendar) -> None:
		if clock and not clock.met:
			if clock.paused:
				clock.pauses[-1][1] = at
			clock.final, clock.met = clock.due(calendar), at

	def moves(self, before: Calendar, after: Calendar) -> bool:
		"""Whether the deadline of a clock that is running is another one by another calendar."""
		return any(clock.status == "Running" and clock.due(before) != clock.due(after) for clock in self.owed)

	def sweep(self, at: datetime, calendar: Calendar) -> list[Told]:
		"""What a sweep at that moment has to do, each thing once."""
		self.age(at, calendar)
		found = []
		for clock in self.owed:
			due = clock.due(calendar)
			for kind, hours, moment in self._moments(clock, due, calendar):
				if (
					moment
					and moment < at
					and (kind, hours) not in clock.done
					and (kind == "Breached" or not _quiet(at))
				):
					clock.done.add((kind, hours))
					found.append(Told(kind, clock.name, at, due, hours))
		self.told += found
		return found

	def _moments(self, clock: Clock, due: datetime, calendar: Calendar) -> Iterator[tuple]:
		if clock.status == "Running" and ("Warned", None) not in clock.done:
			yield "Warned", None, clock.warning(calendar)
		if clock.breached:
			yield "Breached", None, due
			if not self.paused and not self.closed:
				for hours in STEPS:
					if ("Escalated", hours) not in clock.done:
						yield "Escalated", hours, calendar.after(due, hours * 60)


def _quiet(at: datetime) -> bool:
	return wall(at).time() >= QUIET_FROM or wall(at).time() < QUIET_UNTIL
