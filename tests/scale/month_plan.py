"""The script of a month: what clients, staff and machines do, minute by minute, drawn from a seed.

Whatever staff do is possible when they do it, as far as the record of `month_oracle` knows. What a step does to
the clocks of its conversation stands in `effects`, so that the test computes from the script, not from the site.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

from month_oracle import BERLIN, Calendar, Record, wall

FIRST_DAY, LAST_DAY = date(2026, 3, 9), date(2026, 4, 10)
HOLIDAYS = (date(2026, 4, 3), date(2026, 4, 6))  # Easter
ADDED_HOLIDAY, ADDED_AT = date(2026, 3, 20), (date(2026, 3, 18), "11:41")
LEAVES = (("lena", date(2026, 3, 17), "12:33"), ("felix", date(2026, 3, 26), "14:11"))
SWEEP_EVERY = timedelta(minutes=15)
REOPEN_WITHIN_DAYS = 7
CUSTOMERS = 40
MESSAGES = 500
# Openings without a message, for each 500 messages
OTHER_OPENINGS = {
	"portal issue": 25,
	"desk issue": 20,
	"desk lead": 12,
	"web lead": 10,
	"opportunity": 10,
	"call in": 25,
	"missed call": 8,
	"call out": 10,
	"event": 14,
	"appointment": 10,
}
MAIL_OPENINGS = ("sales mail", "support mail", "complaint", "mail to two mailboxes")
BEGUN_BY_STAFF = ("call out", "event")
MAIL_OF_CLIENT = ("reply", "forward", "reply by name")
MAIL_OF_MACHINES = ("auto-reply", "bounce", "newsletter", "lone auto-reply")
MAIL_OF_STAFF = ("staff mail", "desk mail")
DESK = ("acknowledge", "promise", "answer", "pause", "resume", "close", "reopen")


@dataclass(frozen=True)
class Step:
	"""`at` is when it reaches the site, `dated` when it happened; `effects` are (kind, at, until) of the oracle."""

	number: int
	at: datetime
	what: str
	key: str | None = None
	dated: datetime | None = None
	effects: tuple = ()
	data: dict = field(default_factory=dict, compare=False)


class Conversation:
	"""One conversation while it is written: whether something is possible is asked of its record."""

	def __init__(self, key: str, opening: str, client: str, calendar: Calendar):
		self.key, self.opening, self.client = key, opening, client
		self.record, self.calendar = Record(opening not in BEGUN_BY_STAFF), calendar
		self.mails: list[str] = []
		self.closed_at: datetime | None = None
		self.settled_at: datetime | None = None
		self.last_at: datetime | None = None

	def does(self, kind: str, at: datetime, until: datetime | None = None) -> tuple:
		self.record.happens(kind, at, self.calendar, until)
		if kind in ("answer", "close"):
			self.settled_at = at
		if kind == "close":
			self.closed_at = at
		return (kind, at, until)


def berlin(day: date, clock: str) -> datetime:
	return datetime.combine(day, time.fromisoformat(clock), BERLIN).astimezone(timezone.utc)


FROM, UNTIL = berlin(FIRST_DAY, "00:00"), berlin(LAST_DAY, "23:59")


class Script:
	def __init__(self, seed: int = 2026, messages: int = MESSAGES):
		self.draw = random.Random(seed)
		self.calendar = Calendar(FIRST_DAY, 80, HOLIDAYS)
		self.steps: list[Step] = []
		self.conversations: dict[str, str] = {}  # key -> opening
		self.messages = 0
		for opening, share in OTHER_OPENINGS.items():
			for _each in range(max(1, share * messages // MESSAGES)):
				self.converse(opening)
		while self.messages < messages:
			if self.draw.random() < 0.12:
				self.machine_alone(self.draw.choice(("newsletter", "lone auto-reply")))
			else:
				self.converse(self.draw.choice(MAIL_OPENINGS))
		self.steps.sort(key=lambda step: (step.at, step.number))

	# --- one conversation ------------------------------------------------------------------------

	def converse(self, opening: str, client: str | None = None, at: datetime | None = None) -> None:
		key = f"c{len(self.conversations) + 1}"
		self.conversations[key] = opening
		stranger = opening in ("desk lead", "web lead") or (
			opening in ("sales mail", "complaint") and self.draw.random() < 0.4
		)
		client = client or (f"s{key}" if stranger else f"k{self.draw.randrange(CUSTOMERS)}")
		talk = Conversation(key, opening, client, self.calendar)
		at = at or self.moment(FROM, UNTIL - timedelta(days=1))
		self.open(talk, at)
		if opening == "event":
			return
		for _turn in range(self.draw.choice((0, 1, 2, 3, 4, 5, 6))):
			at = self.later(at)
			if talk.record.closed and self.draw.random() < 0.3:
				at += timedelta(days=REOPEN_WITHIN_DAYS + 1)
			if at >= UNTIL:
				break
			if not self.turn(talk, at):
				break

	def open(self, talk: Conversation, at: datetime) -> None:
		opening = talk.opening
		if opening in MAIL_OPENINGS:
			reached = at + timedelta(minutes=self.draw.randrange(10))
			self.mail(talk, opening, reached, at, [talk.does("received", at)])
			if opening == "mail to two mailboxes":
				again = reached + timedelta(minutes=self.draw.randrange(1, 4))
				self.add(again, "second copy", talk, at, [], message=talk.mails[-1])
				self.messages += 1
			return
		starts = at
		if opening == "event" and self.draw.random() < 0.6:
			starts = at + timedelta(minutes=self.draw.randrange(30, 2000))
		effects = () if opening in BEGUN_BY_STAFF else (talk.does("received", at),)
		self.add(at, opening, talk, starts, effects)

	def turn(self, talk: Conversation, at: datetime) -> bool:
		"""One more thing that happens; False when nothing more can."""
		record, draw = talk.record, self.draw
		possible: list[str] = []
		if talk.mails:
			possible += ["reply", "reply", "forward", "auto-reply", "bounce"]
		if talk.client.startswith("k") and talk.opening not in BEGUN_BY_STAFF:
			possible.append("reply by name")
		if record.closed:
			# Days as the clock on the wall counts them, also over the night in which it is changed.
			late = talk.closed_at.astimezone(BERLIN) + timedelta(days=REOPEN_WITHIN_DAYS)
			beyond = at.astimezone(BERLIN) - late
			if beyond > timedelta(0):
				# What is dated some minutes before it is fetched may be in time.
				if talk.mails and beyond > timedelta(hours=1):
					self.late_reply(talk, at)
				return False
			possible = [each for each in possible if each != "bounce"]
			if record.owes:
				possible.append("reopen")
		elif record.owes:
			possible += ["staff mail", "desk mail", "call back"] if talk.mails else ["desk mail", "call back"]
			if record.acknowledge and not record.acknowledge.met:
				possible += ["acknowledge"] * 3
			if record.owed:
				possible += ["promise", "answer", "answer", "resume" if record.paused else "pause"]
			if not any(clock in record.owed for clock in (record.respond, record.promise) if clock):
				possible += ["close"] * 4
		elif not record.closed:
			possible.append("close")
		if not possible:
			return False
		getattr(self, "do_" + draw.choice(possible).replace("-", "_").replace(" ", "_"))(talk, at)
		return True

	def do_reply(self, talk, at, what="reply"):
		dated = moment = at - timedelta(minutes=self.draw.randrange(10))
		if talk.settled_at and talk.settled_at == talk.last_at and self.draw.random() < 0.3:
			# It crossed the answer or closing, which did not take it into account.
			moment = talk.settled_at
			at, dated = moment + timedelta(minutes=4), moment - timedelta(minutes=3)
		self.mail(talk, what, at, dated, [talk.does("received", moment)])

	def do_forward(self, talk, at):
		self.do_reply(talk, at, "forward")

	def do_reply_by_name(self, talk, at):
		self.do_reply(talk, at, "reply by name")

	def late_reply(self, talk, at):
		"""The client comes back to what was closed too long ago: a conversation of its own."""
		key = f"c{len(self.conversations) + 1}"
		self.conversations[key] = "late reply"
		new = Conversation(key, "late reply", talk.client, self.calendar)
		new.mails = list(talk.mails)
		self.mail(new, "late reply", at, at, [new.does("received", at)])

	def do_auto_reply(self, talk, at):
		self.mail(talk, "auto-reply", at, at, [])

	def do_bounce(self, talk, at):
		self.add(at, "bounce", talk, at, [], returned=talk.mails[-1], message=self.new_id())
		self.messages += 1

	def do_staff_mail(self, talk, at):
		self.mail(talk, "staff mail", at, at, self.answered(talk, at))

	def do_desk_mail(self, talk, at):
		message = self.new_id()
		self.add(at, "desk mail", talk, at, self.answered(talk, at), message=message)
		talk.mails.append(message)

	def do_call_back(self, talk, at):
		self.add(at, "call back", talk, at, self.answered(talk, at))

	def answered(self, talk, at) -> list:
		return [talk.does("answer", at)] if talk.record.owed else []

	def do_promise(self, talk, at):
		until = at + timedelta(minutes=self.draw.randrange(60, 6 * 1440))
		self.add(at, "promise", talk, at, [talk.does("promise", at, until)], until=until)

	def desk(self, talk, at, what):
		self.add(at, what, talk, at, [talk.does(what, at)])

	def machine_alone(self, what: str) -> None:
		at = self.moment(FROM, UNTIL)
		self.add(at, what, None, at, [], message=self.new_id())
		self.messages += 1

	# --- parts -----------------------------------------------------------------------------------

	def mail(self, talk, what, at, dated, effects):
		message = self.new_id()
		self.add(at, what, talk, dated, effects, message=message, before=tuple(talk.mails))
		talk.mails.append(message)
		self.messages += 1

	def add(self, at, what, talk, dated, effects, **data):
		if talk:
			data.update(client=talk.client, opening=talk.opening)
			talk.last_at = at
		self.steps.append(Step(len(self.steps), at, what, talk and talk.key, dated, tuple(effects), data))

	def new_id(self) -> str:
		return f"month.{len(self.steps)}@month.example"

	def moment(self, begin: datetime, end: datetime) -> datetime:
		return begin + timedelta(minutes=self.draw.randrange(int((end - begin).total_seconds() // 60)))

	def later(self, at: datetime) -> datetime:
		"""Minutes to days later, mostly in business hours."""
		at += timedelta(minutes=10 + int(self.draw.lognormvariate(5.5, 1.6)))
		if self.draw.random() < 0.8:
			while not (wall(at).weekday() < 5 and 9 <= wall(at).hour < 17) and at < UNTIL:
				at += timedelta(minutes=self.draw.randrange(20, 90))
		return at


def _desk(what):
	return lambda self, talk, at: self.desk(talk, at, what)


for _what in ("acknowledge", "answer", "pause", "resume", "close", "reopen"):
	setattr(Script, f"do_{_what}", _desk(_what))


def sweeps() -> Iterator[datetime]:
	"""When the sweep runs: every quarter of an hour, a few minutes after it."""
	at = FROM + timedelta(minutes=7)
	while at < UNTIL:
		yield at
		at += SWEEP_EVERY
