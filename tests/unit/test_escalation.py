"""What a deadline triggers (C-3, C-4, R-2): worked by hand, and properties of any course of events and sweeps."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.business_hours import Window
from client_comms.rules.escalation import (
	BREACHED,
	ESCALATED,
	WARNED,
	EscalationPolicy,
	Step,
	plan,
)
from client_comms.rules.quiet_hours import QuietHours
from client_comms.rules.response_clock import (
	ACKNOWLEDGED,
	ANSWERED,
	PAUSED,
	PROMISED,
	RECEIVED,
	RESUMED,
	Event,
	Terms,
	replay,
)
from client_comms.rules.working_time import WorkingCalendar

pytestmark = pytest.mark.clause("C-3", "C-4", "R-2")

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600
OFFICE = WorkingCalendar("Europe/Berlin", [Window(day, time(9), time(17)) for day in range(5)])
TERMS = Terms(acknowledge_days=1, respond_days=2)
QUIET = QuietHours(time(20), time(7))
STEPS = (Step("staff"), Step("manager", 4 * HOUR), Step("officer", 12 * HOUR, "respond"))
POLICY = EscalationPolicy(0.75, STEPS, QUIET)


def at(text):
	"""A time in November 2026: the 23rd is a Monday; what is asked at 10:00 is due on 24 and 25 17:00."""
	return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN)


def clocks_at(now, events, calendar=OFFICE):
	return replay([Event(kind, *map(at, times)) for kind, *times in events], TERMS, calendar, now)


def planned(now, *events, policy=POLICY, done=()):
	return plan(clocks_at(at(now), events), policy, OFFICE, done, at(now))


def told(plan):
	return [
		(action.kind, action.clock.name, *([action.step.key] if action.step else []))
		for action in plan.actions
	]


def sweep_all(until, *events, policy=POLICY, every=timedelta(minutes=5), start="23 10:00"):
	"""What sweeps at that interval do, each moment with its actions."""
	done, found, now = set(), [], at(start)
	while now <= at(until):
		result = plan(clocks_at(now, events), policy, OFFICE, done, now)
		done.update(action.key for action in result.actions)
		if result.actions:
			found.append((f"{now:%d %H:%M}", *told(result)))
		now += every
	return found


ASKED = (RECEIVED, "23 10:00")


def test_the_course_of_an_inquiry_that_no_one_answers():
	# Granted: 15 working hours to acknowledge, 23 to answer. 75 %: after 11:15 and 17:15 of them.
	assert sweep_all("30 12:00", ASKED) == [
		("24 13:20", (WARNED, "acknowledge")),
		("24 17:05", (BREACHED, "acknowledge"), (ESCALATED, "acknowledge", "staff")),
		("25 11:20", (WARNED, "respond")),
		("25 13:05", (ESCALATED, "acknowledge", "manager")),
		("25 17:05", (BREACHED, "respond"), (ESCALATED, "respond", "staff")),
		("26 13:05", (ESCALATED, "respond", "manager")),
		("27 13:05", (ESCALATED, "respond", "officer")),
	]


def test_nothing_is_left_to_come_in_the_end():
	keys, events = set(), [ASKED]
	for now in ("24 16:00", "26 12:00", "30 12:00"):
		keys |= {action.key for action in planned(now, *events, done=keys).actions}
	last = planned("30 12:00", *events, done=keys)
	assert last.actions == () and last.next_moment is None


@pytest.mark.parametrize(
	("now", "events", "moment"),
	[
		("23 10:00", [ASKED], "24 13:15"),  # the warning
		("24 13:15", [ASKED], "24 13:15"),  # at it, not after it
		("23 10:00", [ASKED, (ACKNOWLEDGED, "23 10:00")], "25 11:15"),
		("23 11:00", [ASKED, (ANSWERED, "23 11:00")], None),
		("23 11:00", [ASKED, (PAUSED, "23 11:00")], None),
	],
)
def test_the_next_moment(now, events, moment):
	result = planned(now, *events)
	assert result.actions == ()
	assert result.next_moment == (moment and at(moment))


def test_a_breach_is_due_at_once_and_its_telling_waits_for_the_end_of_quiet_time():
	promised = (PROMISED, "23 11:00", "23 21:00")
	assert sweep_all("24 08:00", ASKED, promised, policy=EscalationPolicy(0, STEPS, QUIET)) == [
		("23 21:05", (BREACHED, "promise")),
		("24 07:00", (ESCALATED, "promise", "staff")),
	]
	waiting = planned("23 21:05", ASKED, promised, done={"promise 2026-11-23T20:00:00Z"})
	assert waiting.actions == () and waiting.next_moment == at("24 07:00")


def test_what_came_due_by_day_is_not_told_by_night():
	"""The sweep did not run from the afternoon onwards."""
	result = planned("24 23:00", ASKED, done=("acknowledge 2026-11-23T09:00:00Z",))
	assert told(result) == [(BREACHED, "acknowledge")]
	assert result.next_moment == at("25 07:00")


@pytest.mark.parametrize(
	("quiet", "moment", "end"),
	[
		(QUIET, "23 19:59", "23 19:59"),
		(QUIET, "23 20:00", "24 07:00"),
		(QUIET, "24 06:59", "24 07:00"),
		(QUIET, "24 07:00", "24 07:00"),
		(QuietHours(time(12), time(13)), "23 12:30", "23 13:00"),
		(QuietHours(time(12), time(13)), "23 13:00", "23 13:00"),
		(QuietHours(time(0), time(7)), "23 03:00", "23 07:00"),
		(QuietHours(time(12), time(12)), "23 12:00", "23 12:00"),  # no quiet at all
	],
)
def test_quiet_hours(quiet, moment, end):
	assert quiet.end_of_quiet(at(moment), BERLIN) == at(end)


@pytest.mark.parametrize(
	("moment", "end"),
	[
		("00:10+00:00", "00:30+00:00"),  # 02:10 in summer time
		("00:40+00:00", "00:40+00:00"),
		("01:10+00:00", "01:30+00:00"),  # an hour later it is 02:10 again
		("01:40+00:00", "01:40+00:00"),
	],
)
def test_quiet_hours_end_after_they_began_in_the_hour_that_comes_twice(moment, end):
	"""In the night in which summer time ends."""
	moment, end = (datetime.fromisoformat(f"2026-10-25T{each}") for each in (moment, end))
	found = QuietHours(time(2), time(2, 30)).end_of_quiet(moment, BERLIN)
	assert found.astimezone(ZoneInfo("UTC")) == end


def test_quiet_hours_are_those_of_the_calendars_wall():
	tokyo = at("23 20:30").astimezone(ZoneInfo("Asia/Tokyo"))
	assert QUIET.end_of_quiet(tokyo, BERLIN) == at("24 07:00")


def test_waiting_for_the_client_uses_up_no_time():
	events = (ASKED, (ACKNOWLEDGED, "23 10:00"), (PAUSED, "23 12:00"), (RESUMED, "25 12:00"))
	# 23 hours granted, of which 17:15 warn; two were used up before the pause.
	assert planned("25 12:00", *events).next_moment == at("27 11:15")


def test_no_one_is_warned_a_second_time_after_a_pause():
	events = [ASKED, (PAUSED, "24 14:00"), (RESUMED, "25 14:00")]
	warnings = [row for row in sweep_all("26 13:00", *events) if (WARNED, "acknowledge") in row]
	assert [moment for moment, *_rest in warnings] == ["24 13:20"]


def test_a_new_promise_is_warned_of_again():
	events = [ASKED, (PROMISED, "23 10:00", "24 17:00"), (PROMISED, "24 16:00", "26 17:00")]
	warnings = [row[0] for row in sweep_all("26 16:00", *events) if (WARNED, "promise") in row]
	assert warnings == ["24 13:20", "26 12:50"]


def test_a_promise_for_the_same_evening_is_not_warned_of():
	assert planned("23 18:00", ASKED, (PROMISED, "23 17:30", "23 19:00")).next_moment == at("23 19:00")


def test_an_answer_ends_escalation():
	until = sweep_all("30 12:00", ASKED, (ANSWERED, "26 09:00"))
	assert until[-1] == ("25 17:05", (BREACHED, "respond"), (ESCALATED, "respond", "staff"))


def test_escalation_pauses_while_waiting_for_the_client():
	events = [ASKED, (PAUSED, "24 18:00"), (RESUMED, "27 10:00")]
	moments = [moment for moment, *_rest in sweep_all("27 10:30", *events)]
	assert moments == ["24 13:20", "24 17:05", "27 10:00"]


def test_steps_of_one_clock_are_for_that_clock():
	assert told(planned("30 12:00", ASKED, policy=EscalationPolicy(0, (Step("officer", 0, "promise"),)))) == [
		(BREACHED, "acknowledge"),
		(BREACHED, "respond"),
	]


# --- properties ------------------------------------------------------------------------------------

KINDS = (ACKNOWLEDGED, ANSWERED, PAUSED, RESUMED, RECEIVED)
START = at("23 00:00")
COURSES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 400)), max_size=6).map(
	lambda rows: [
		Event(RECEIVED, at("23 10:00")),
		*(Event(k, START + timedelta(hours=h / 2)) for k, h in rows),
	]
)
POLICIES = st.builds(
	EscalationPolicy,
	st.sampled_from([0, 0.5, 0.75]),
	st.sets(st.integers(0, 30), max_size=4).map(
		lambda hours: tuple(Step(str(h), h * HOUR) for h in sorted(hours))
	),
	st.sampled_from([None, QUIET, QuietHours(time(12), time(14))]),
)
SWEEPS = st.lists(st.integers(1, 700), min_size=1, max_size=12, unique=True).map(sorted)


def run_sweeps(events, policy, half_hours):
	done, found = set(), []
	for half in half_hours:
		now = START + timedelta(minutes=30 * half, seconds=1)
		result = plan(replay(events, TERMS, OFFICE, now), policy, OFFICE, done, now)
		done.update(action.key for action in result.actions)
		found += [(now, action) for action in result.actions]
		yield now, result, found


@given(COURSES, POLICIES, SWEEPS)
def test_each_thing_is_done_once_however_often_the_sweep_runs(events, policy, sweeps):
	for _now, _result, found in run_sweeps(events, policy, sweeps):
		keys = [action.key for _moment, action in found]
		assert len(keys) == len(set(keys))


@given(COURSES, POLICIES, SWEEPS)
def test_only_breaches_are_due_in_quiet_time(events, policy, sweeps):
	for now, result, _found in run_sweeps(events, policy, sweeps):
		quiet = policy.quiet and policy.quiet.end_of_quiet(now, BERLIN) != now
		assert not quiet or {action.kind for action in result.actions} <= {BREACHED}


@given(COURSES, POLICIES, st.integers(1, 400))
def test_nothing_is_due_before_the_next_moment_and_something_after_it(events, policy, half):
	"""A record is looked at when something happens and at no other time."""
	now = START + timedelta(minutes=30 * half, seconds=1)
	past = [event for event in events if event.at <= now]
	done = {action.key for action in plan(replay(past, TERMS, OFFICE, now), policy, OFFICE, (), now).actions}
	result = plan(replay(past, TERMS, OFFICE, now), policy, OFFICE, done, now)
	assert result.actions == ()
	if result.next_moment is None:
		later = now + timedelta(days=30)
		assert plan(replay(past, TERMS, OFFICE, later), policy, OFFICE, done, later).actions == ()
		return
	assert result.next_moment >= now
	before = max(now, result.next_moment - timedelta(seconds=1))
	after = result.next_moment + timedelta(seconds=1)
	for moment, something in ((before, False), (after, True)):
		assert (
			bool(plan(replay(past, TERMS, OFFICE, moment), policy, OFFICE, done, moment).actions) is something
		)
