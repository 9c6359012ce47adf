"""What a month of threads must come to, worked out apart from the app: its clocks, states and responsible people.

The words are those of the procedure (C-3, C-4, F-2, M-1) and of docs/sources.md, docs/form.md and docs/clients.md; nothing of
the app is used. Working time is that of `month_oracle`, which looks at every minute. All moments are aware, in UTC.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

from month_oracle import BERLIN, Calendar, Clock, Record

FIRST_DAY, LAST_DAY = date(2026, 3, 9), date(2026, 4, 10)  # with the weekend on which the clocks change
HOLIDAYS = (date(2026, 4, 3), date(2026, 4, 6))  # Easter
STRICTER = {"Standard": 0, "Sensitive": 1}


def berlin(day: date, clock: str) -> datetime:
	return datetime.combine(day, time.fromisoformat(clock), BERLIN).astimezone(timezone.utc)


def calendar() -> Calendar:
	return Calendar(FIRST_DAY, 80, HOLIDAYS)


class Thread(Record):
	"""One interaction; `missed` counts the deadlines that were missed, by clock and round."""

	def __init__(self, level: str = "Standard"):
		super().__init__()
		self.level, self.staff, self.held_for = level, None, None
		self.gone_into: Thread | None = None
		self.missed = 0
		self.touched_by: set[str] = set()  # since it was handed over

	@property
	def stands(self) -> "Thread":
		return self.gone_into.stands if self.gone_into else self

	def age(self, at: datetime, days: Calendar) -> None:
		before = {id(clock): clock.breached for clock in self.clocks}
		super().age(at, days)
		self.missed += sum(clock.breached and not before[id(clock)] for clock in self.clocks)

	def begin(self, at: datetime, days: Calendar) -> "Thread":
		self.happens("received", at, days)
		return self

	def first_due(self, days: Calendar) -> datetime | None:
		return min((clock.due(days) for clock in self.owed), default=None)

	def take(self, other: "Thread", at: datetime, days: Calendar) -> None:
		"""Merging, and moving a message: the strictest level, of each clock the one that is due first and still owed, and what was judged stays judged."""
		self.age(at, days)
		other.age(at, days)
		self.level = max(self.level, other.level, key=STRICTER.__getitem__)
		# A pause ends if something of the other one runs.
		runs = any(each.owed and not each.paused for each in (self, other))
		if runs:  # before it is asked which is due first
			self.on_resume(at, days, None)
			other.on_resume(at, days, None)
		for name in ("acknowledge", "respond", "promise"):
			setattr(self, name, _first(getattr(self, name), getattr(other, name), days))
		self.paused = not runs and (self.paused or other.paused)
		self.answered = self.answered and other.answered
		self.closed = self.closed and not other.owed
		self.ever_breached = self.ever_breached or other.ever_breached
		self.missed += other.missed
		other.gone_into = self


def _first(one: Clock | None, other: Clock | None, days: Calendar) -> Clock | None:
	both = [clock for clock in (one, other) if clock]
	owed = [clock for clock in both if not clock.met]
	if owed:
		return min(owed, key=lambda clock: clock.due(days))
	return next((clock for clock in both if clock.breached), next(iter(both), None))


@dataclass
class Absent:
	user: str
	first: date
	last: date
	substitute: str

	def holds(self, at: datetime) -> bool:
		return self.first <= at.astimezone(BERLIN).date() <= self.last

	def back(self, days: Calendar) -> datetime:
		return opening(berlin(self.last + timedelta(days=1), "00:00"), days)


def opening(at: datetime, days: Calendar) -> datetime:
	"""The first moment of business at or after another one."""
	while not days.open[days._number(at)]:
		at += timedelta(minutes=1)
	return at


@dataclass
class Office:
	"""Who gets what: in turn, the one who waited longest; no one who is away until after the first deadline (F-2)."""

	days: Calendar
	absences: list[Absent]
	threads: list[Thread] = field(default_factory=list)  # in the order in which they were logged

	def back(self, user: str, at: datetime) -> datetime | None:
		at = opening(at, self.days)
		return next(
			(each.back(self.days) for each in self.absences if each.user == user and each.holds(at)), None
		)

	def log(self, thread: Thread, people: list[str], now: datetime) -> None:
		"""A new interaction gets someone at `now`, when it is fetched."""
		due = self.days.close_of_business(now, 1)
		there = [user for user in people if (back := self.back(user, now)) is None or back < due]
		latest = {
			user: max(
				(n for n, each in enumerate(self.threads) if each.staff == user and not each.gone_into),
				default=-1,
			)
			for user in there
		}
		thread.staff = min(there, key=lambda user: (latest[user], user))
		self.threads.append(thread)

	def substitute(self, now: datetime) -> None:
		"""What runs and is due before someone is back goes to their substitute; what no one touched comes back."""
		for thread in self.threads:
			if thread.gone_into:
				continue
			# On the day on which they leave, not before.
			absence = next((a for a in self.absences if a.user == thread.staff and a.holds(now)), None)
			due = thread.first_due(self.days)
			if absence and due and not thread.paused and not thread.closed and due < absence.back(self.days):
				thread.held_for, thread.staff, thread.touched_by = absence.user, absence.substitute, set()
		for thread in self.threads:
			if thread.held_for and not thread.gone_into and not self.back(thread.held_for, now):
				if not thread.closed and not thread.touched_by - {thread.held_for}:
					thread.staff = thread.held_for
				thread.held_for = None
