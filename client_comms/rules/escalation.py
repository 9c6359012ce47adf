"""What a deadline triggers: a warning before it, the breach, and escalation steps after it (C-3, C-4, R-2).

Each action happens once per deadline: the caller stores the keys of completed actions, and `plan` omits
them. The same clocks, policy, calendar, keys and `now` always give the same plan.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from client_comms.rules.quiet_hours import QuietHours
from client_comms.rules.response_clock import BREACHED as BREACHED_CLOCK
from client_comms.rules.response_clock import RUNNING, STATE_RUNNING, Clock, Clocks
from client_comms.rules.working_time import WorkingCalendar, as_utc

# Kinds of actions; they are events of the record as well
WARNED = "Warned"
BREACHED = "Breached"
ESCALATED = "Escalated"


@dataclass(frozen=True, slots=True)
class Step:
	"""One escalation step: `after_seconds` of working time after the deadline of `clock` (None: of every clock).

	`key` identifies the step, and stays the same as long as the step does.
	"""

	key: str
	after_seconds: float = 0
	clock: str | None = None


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
	"""What the organisation configured. `warning_share` is a share of the working time granted; 0 means no warning."""

	warning_share: float = 0
	steps: tuple[Step, ...] = ()
	quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class Action:
	"""Something to do now about a deadline; `step` belongs to `ESCALATED`. `key` must be stored once it is done."""

	kind: str
	clock: Clock
	key: str
	step: Step | None = None


@dataclass(frozen=True, slots=True)
class Plan:
	"""What is due, in order, and the aware moment after which more will be due; None if nothing will."""

	actions: tuple[Action, ...]
	next_moment: datetime | None


def plan(
	clocks: Clocks, policy: EscalationPolicy, calendar: WorkingCalendar, done: Collection[str], now: datetime
) -> Plan:
	"""The actions due at `now` (aware), without those whose keys are in `done`.

	An action is due after its moment, not at it. Breaches are due immediately; everything else waits until quiet hours
	end. There is no warning about a record that is waiting for the client or owes nothing.
	"""
	now = as_utc(now)
	actions, moments = [], []
	for action, moment in _milestones(clocks, policy, calendar, done):
		told_at = max(moment, now)
		if policy.quiet and action.kind != BREACHED:
			told_at = as_utc(policy.quiet.end_of_quiet(told_at, calendar.zone))
		if moment < now and told_at == now:
			actions.append(action)
		else:
			moments.append(told_at)
	return Plan(tuple(actions), min(moments).astimezone(calendar.zone) if moments else None)


def _milestones(
	clocks: Clocks, policy: EscalationPolicy, calendar: WorkingCalendar, done: Collection[str]
) -> Iterator[tuple[Action, datetime]]:
	"""All pending actions that follow from the current clocks, each with its moment in UTC."""
	owed = clocks.clock_state == STATE_RUNNING
	for clock in clocks.current:
		if clock.status == RUNNING and policy.warning_share:
			# Sent once per start of the clock, however often the due date changes in between.
			warning = Action(WARNED, clock, _key(clock.name, clock.started_at))
			if warning.key not in done and (moment := warning_moment(clock, policy.warning_share, calendar)):
				yield warning, as_utc(moment)
		if clock.status not in (RUNNING, BREACHED_CLOCK):
			continue
		breach = Action(BREACHED, clock, breach_key(clock))
		# One that was missed elsewhere, and counts there, is overdue here without being missed again.
		if breach.key not in done and (clock.status == RUNNING or clock.late):
			yield breach, as_utc(clock.due)
		if clock.status != BREACHED_CLOCK or not owed:
			continue
		for step in policy.steps:
			action = Action(ESCALATED, clock, f"{breach_key(clock)} {step.key}", step)
			if step.clock in (None, clock.name) and action.key not in done:
				yield action, as_utc(calendar.add_working_seconds(clock.due, step.after_seconds))


def breach_key(clock: Clock) -> str:
	"""The key of the one action that marks a missed deadline."""
	return _key(clock.name, clock.due)


def warning_moment(clock: Clock, share: float, calendar: WorkingCalendar) -> datetime | None:
	"""When `share` of the working time granted to a running clock is used up; waiting does not use any.

	None if it was granted no working time, as with a promise for the same evening.
	"""
	granted = calendar.working_seconds(clock.started_at, clock.granted_until)
	if not granted:
		return None
	left = (1 - share) * granted
	passing = calendar.working_seconds(clock.started_at, clock.due)  # including time spent waiting
	return calendar.add_working_seconds(clock.started_at, max(passing - left, 0))


def _key(*parts) -> str:
	return " ".join(
		f"{as_utc(part):%Y-%m-%dT%H:%M:%SZ}" if isinstance(part, datetime) else part for part in parts
	)


def key_of(row) -> str:
	"""Identifies an Escalation Step by its content: a step that is removed and added again is still the same."""
	content = (row.clock, float(row.after_working_hours or 0), row.to, row.role or None, row.user or None)
	return hashlib.sha256(repr(content).encode()).hexdigest()[:12]
