"""Groups mail into conversations and checks each against the procedure (C-3, C-4, D-5, M-1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from client_comms.dry_run.governance import Procedure
from client_comms.dry_run.mailbox import INTERNAL, Mail
from client_comms.rules import access, documentation
from client_comms.rules.classification import INBOUND, OUTBOUND, Signal, classify
from client_comms.rules.mail_headers import normalise_subject
from client_comms.rules.response_clock import ANSWERED, RECEIVED, Event, Terms, replay
from client_comms.rules.working_time import WorkingCalendar

_SOMEONE = "someone"


@dataclass(frozen=True, slots=True)
class Visibility:
	"""Roles that can read a conversation: always, or only if they take part."""

	anyway: tuple[str, ...]
	taking_part: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
	"""The procedure's result for one conversation with a client; datetimes are in the calendar's zone.

	Deadlines and statuses are those of the current round, as on a site; `breached` covers the earlier rounds
	as well. A deadline is None if none is owed, `received_on` if the client never wrote.
	"""

	key: str
	subject: str
	client: str
	communication_type: str
	confidentiality_level: str
	started_on: datetime
	received_on: datetime | None
	acknowledge_by: datetime | None
	acknowledge_status: str
	respond_by: datetime | None
	respond_status: str
	breached: bool
	visible_to: Visibility
	documentation_missing: tuple[str, ...]
	messages: int


def assess(
	messages: Iterable[Mail], procedure: Procedure, calendar: WorkingCalendar, now: datetime
) -> list[Assessment]:
	"""Return the procedure's results for `messages` (from `sort_out`) at `now`, oldest first.

	Every message from a client counts as received, and the first reply by a person answers it. Automatic
	mail starts no clock and does not count as an answer; mail among staff and mail dated after `now` is
	ignored. Conversations without a message between a person and a client are omitted.
	"""
	past = [mail for mail in messages if mail.at <= now and mail.direction != INTERNAL]
	conversations = ([mail for mail in thread if mail.automatic is None] for thread in threads(past))
	return [_assessed(thread, procedure, calendar, now) for thread in conversations if thread]


def threads(mails: Iterable[Mail]) -> list[list[Mail]]:
	"""Return the conversations, oldest first, each in chronological order.

	Mails belong together when one refers to the other, or both to a third. A mail whose subject starts
	with Re: or similar, but which does not refer to a known mail, continues the latest conversation with
	that subject and client.
	"""
	ordered = sorted(mails, key=lambda mail: mail.at)
	known_ids = {mail.message_id for mail in ordered if mail.message_id}
	groups = _Groups()
	latest: dict[tuple[str, str], int] = {}
	for number, mail in enumerate(ordered):
		for each in (mail.message_id, *mail.reply_ids):
			if each:
				groups.join(number, each)
		subject = normalise_subject(mail.subject)
		topic = subject.casefold(), mail.client
		is_reply = subject != " ".join(mail.subject.split())
		if is_reply and topic in latest and known_ids.isdisjoint(mail.reply_ids):
			groups.join(number, latest[topic])
		if all(topic):
			latest[topic] = number
	found: dict[object, list[Mail]] = {}
	for number, mail in enumerate(ordered):
		found.setdefault(groups.root(number), []).append(mail)
	return list(found.values())


class _Groups:
	"""Disjoint sets of mails, by number, and message ids."""

	def __init__(self):
		self._parent: dict[object, object] = {}

	def root(self, member: object) -> object:
		while (parent := self._parent.get(member, member)) != member:
			# Halving the path keeps long chains of replies short.
			self._parent[member] = member = self._parent.get(parent, parent)
		return member

	def join(self, one: object, other: object) -> None:
		self._parent[self.root(other)] = self.root(one)


def _assessed(
	thread: Sequence[Mail], procedure: Procedure, calendar: WorkingCalendar, now: datetime
) -> Assessment:
	first = thread[0]
	signal = Signal("Communication", first.direction, first.subject)
	name = classify(signal, procedure.source_rules, procedure.default_type).communication_type
	level = procedure.policy.level(procedure.level_of.get(name))
	received = [mail.at for mail in thread if mail.direction == INBOUND]
	events = [Event(RECEIVED if mail.direction == INBOUND else ANSWERED, mail.at) for mail in thread]
	clocks = replay(events, procedure.terms_of.get(name, Terms()), calendar, now)
	return Assessment(
		key=first.message_id or first.origin,
		subject=first.subject,
		client=first.client,
		communication_type=name,
		confidentiality_level=level.name,
		started_on=first.at.astimezone(calendar.zone),
		received_on=min(received).astimezone(calendar.zone) if received else None,
		acknowledge_by=clocks.acknowledge.due,
		acknowledge_status=clocks.acknowledge.status,
		respond_by=clocks.respond.due,
		respond_status=clocks.respond.status,
		breached=clocks.breached,
		visible_to=visible_to(procedure, name, now),
		documentation_missing=_documentation_missing(procedure, name, thread),
		messages=len(thread),
	)


def visible_to(procedure: Procedure, communication_type: str, now: datetime) -> Visibility:
	"""Return the roles that can read conversations of that type, according to the access rule (D-5)."""
	level = procedure.level_of.get(communication_type)
	roles = sorted(access.roles_cleared(procedure.policy, level, access.READ))

	def may_read(role: str, responsible_staff: str | None) -> bool:
		record = access.Record(level, procedure.version_label, communication_type, responsible_staff)
		subject = access.Subject(_SOMEONE, frozenset({role}))
		return access.decide(subject, record, procedure.policy, access.READ, now).allowed

	anyway = tuple(role for role in roles if may_read(role, None))
	return Visibility(
		anyway, tuple(role for role in roles if role not in anyway and may_read(role, _SOMEONE))
	)


def _documentation_missing(
	procedure: Procedure, communication_type: str, thread: Sequence[Mail]
) -> tuple[str, ...]:
	"""Names of the required methods that the conversation itself does not prove (M-1).

	Its mails prove the first method that requires a message; for a closing type, it must be a message to
	the client.
	"""
	owed = procedure.methods_of.get(communication_type, ())
	closing = communication_type in procedure.closing_types
	proof = next((mail for mail in thread if not closing or mail.direction == OUTBOUND), None)
	method = next((each for each in owed if each.evidence == documentation.COMMUNICATION), None)
	given = []
	if proof and method:
		name = proof.message_id or proof.origin
		given = [documentation.Evidence(method.name, "Communication", name)]
	return tuple(each.method for each in documentation.missing(owed, given))
