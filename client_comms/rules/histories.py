"""How two histories become one, and one becomes two: merging, splitting and moving (clauses D-1, C-3, C-4 and P-2).

What was judged stays judged, and of what is owed the client keeps the most urgent: nothing gets later because records were
put in order. The rest, which belongs to no clock, follows by name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from client_comms.rules.clock_values import (
	NOT_REQUIRED,
	STATE_PAUSED,
	STATUS_CLOSED,
	Carried,
	Clock,
	Clocks,
)
from client_comms.rules.feedback import RATING_FIELDS, SEVERITIES, WORD_SEPARATOR, with_words
from client_comms.rules.messages import Message, _
from client_comms.rules.working_time import as_utc


@dataclass(frozen=True, slots=True)
class Matter:
	"""What decides whether two interactions can be one; `client` is (DocType, name), with empty strings if it is not known."""

	name: str
	company: str
	client: tuple[str, str]
	erased: bool = False
	is_feedback: bool = False


def objection_to_merge(one: Matter, other: Matter) -> Message | None:
	"""Why `one` cannot become part of `other`, and the next step; None if it can (clauses F-1 and P-2)."""
	if one.name == other.name:
		return Message(_("Choose another interaction than {name} itself."), {"name": one.name})
	if erased := next((each for each in (one, other) if each.erased), None):
		return Message(
			_("The texts of {name} were erased, so it stays as it is."),
			{"name": erased.name},
		)
	values = {"one": one.name, "other": other.name}
	if one.company != other.company:
		return Message(
			_(
				"{one} and {other} belong to different companies. If one of them is wrong, correct its company first."
			),
			values,
		)
	if all(one.client) and all(other.client) and one.client != other.client:
		return Message(
			_(
				"{one} and {other} belong to different clients, who must not learn of each other. If one of them is wrong, correct its client first, or move single messages."
			),
			values,
		)
	if one.is_feedback and not other.is_feedback:
		return Message(
			_(
				"{one} is feedback, which is reviewed. Merge {other} into {one} instead, so that it stays feedback."
			),
			values,
		)
	return None


# What the interaction that stays does not say is taken from the one that becomes part of it.
_FILLED_IN = (
	"party_type",
	"party",
	"party_name",
	"contact",
	"reference_doctype",
	"reference_name",
	"feedback_kind",
	"feedback_category",
	"product",
	"branch",
	"upheld",
	"root_cause",
	"remedy",
)
_IF_EITHER = ("vulnerable_client", "logged_late")


def said_by_both(stays: Mapping, goes: Mapping) -> dict[str, object]:
	"""What `stays` says once `goes` is part of it, by field: what it left empty is filled in, and of two values the stricter counts
	(clauses F-1 and F-3).

	*Not a complaint* stands only if that was decided wherever such words were found.
	"""
	both = (stays, goes)
	worded = [each for each in both if each.get("complaint_words")]
	rated = [each for each in both if each.get("rating")]
	poorest = min(rated, key=lambda each: each.get("rating"), default={})
	return {
		**{field: stays.get(field) or goes.get(field) for field in _FILLED_IN},
		**{field: int(any(each.get(field) for each in both)) for field in _IF_EITHER},
		**{field: poorest.get(field) for field in RATING_FIELDS},
		"severity": max((each.get("severity") or "" for each in both), key=SEVERITIES.index),
		"redress_amount": max(each.get("redress_amount") or 0 for each in both),
		"complaint_words": with_words(
			stays.get("complaint_words"), (goes.get("complaint_words") or "").split(WORD_SEPARATOR)
		),
		"not_a_complaint": int(bool(worded) and all(each.get("not_a_complaint") for each in worded)),
	}


def joining(clocks: Clocks, name: str) -> Carried:
	"""The clocks of the history `name`, which becomes part of another one. A closed one owes nothing any more."""
	current = tuple(clock for clock in clocks.current if clock.status != NOT_REQUIRED)
	past = clocks.history
	if clocks.status == STATUS_CLOSED:
		past = (*past, *(clock for clock in current if clock.unmet))
		current = tuple(clock for clock in current if not clock.unmet)
	is_paused = clocks.clock_state == STATE_PAUSED
	return coming_from(name, Carried(current, past, is_paused, paused_until=clocks.paused_until))


def coming_from(name: str | None, carried: Carried) -> Carried:
	"""The same clocks, which have the history `name` as their origin, unless they came from yet another one before."""
	current, past = (
		tuple(replace(clock, origin=clock.origin or name or "") for clock in clocks)
		for clocks in (carried.current, carried.past)
	)
	return replace(carried, current=current, past=past)


def going(clocks: Clocks, alone: Clocks, since: datetime) -> Carried:
	"""What the client is owed for one message of a history, wherever it goes.

	A deadline that was missed is owed still, but is not late a second time: it counts where it was missed.

	:param clocks: of the history
	:param alone: as if this message, of `since` (aware), were the only one
	"""
	if clocks.status == STATUS_CLOSED:
		return Carried()
	owed = (
		here if started(here, since) else own
		for here, own in zip(clocks.current, alone.current, strict=True)
		if here.unmet and (own.unmet or started(here, since))
	)
	current = tuple(replace(clock, started_at=since, late=False) for clock in owed)
	return Carried(current, paused=clocks.clock_state == STATE_PAUSED, paused_until=clocks.paused_until)


def leaving(clocks: Clocks, since: datetime, others: Iterable[Carried]) -> Carried:
	"""What a history owes once the message that arrived at `since` (aware) has gone elsewhere.

	:param others: what is owed for each of the other messages, see `going`
	"""
	stop = {clock.name for clock in clocks.current if started(clock, since) and clock.unmet}
	owed = (clock for other in others for clock in other.current if clock.name in stop)
	most_urgent = {clock.name: clock for clock in sorted(owed, key=_urgency, reverse=True)}
	return Carried(tuple(most_urgent.values()), since=since)


def started(clock: Clock, since: datetime) -> bool:
	return clock.started_at is not None and as_utc(clock.started_at) == as_utc(since)


def contend(
	own: Clock, other: Clock, judged_later: Callable[[Clock], bool]
) -> tuple[Clock, tuple[Clock, ...]]:
	"""Which of two clocks of one kind stays current, and the other one if it was judged; a later deadline leaves no trace.

	A clock that was judged later had stayed. Its due date, by which it was judged, can be later than the one with which it stayed,
	because it was paused in between; so it is not compared again.
	"""
	stays, leaves = sorted((own, other), key=lambda clock: (not judged_later(clock), *_urgency(clock)))
	return stays, (leaves,) if leaves.judged or leaves.late else ()


def _urgency(clock: Clock) -> tuple[int, float]:
	"""First what is owed, by its due date; then what was judged, a missed one before a met one."""
	if clock.unmet:
		return 0, clock.due.timestamp()
	return (1, 0 if clock.late else 1) if clock.judged else (2, 0)
