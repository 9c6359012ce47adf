"""How two histories become one, worked by hand, and what holds for any two (C-3, C-4, P-2)."""

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import escalation, histories
from client_comms.rules.business_hours import Window
from client_comms.rules.response_clock import (
	ACKNOWLEDGED,
	ANSWERED,
	CLOSED,
	MERGED,
	MESSAGE_ADDED,
	PAUSED,
	PROMISED,
	RECEIVED,
	RESUMED,
	SPLIT_OFF,
	Carried,
	Event,
	Terms,
	replay,
)
from client_comms.rules.working_time import WorkingCalendar

pytestmark = pytest.mark.clause("C-3", "C-4", "P-2")

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = WorkingCalendar("Europe/Berlin", [Window(day, time(9), time(17)) for day in range(5)])
TERMS = Terms(acknowledge_days=1, respond_days=2)
LONGER = Terms(acknowledge_days=3, respond_days=5)


def at(text):
	return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN)


def history(*events):
	return [Event(kind, *map(at, times)) for kind, *times in events]


def merged(own, other, moment="26 10:00", now="26 10:00", terms=TERMS, others_terms=TERMS):
	"""The clocks of `own` at `now`, after `other` was merged into it."""
	came = histories.joining(replay(other, others_terms, OFFICE, at(moment)), "CI-2")
	return replay([*own, Event(MERGED, at(moment), carried=came)], terms, OFFICE, at(now))


def test_the_earlier_deadline_of_two_stays_owed():
	clocks = merged(history((RECEIVED, "24 10:00")), history((RECEIVED, "23 10:00")), "24 11:00", "24 11:00")
	assert clocks.respond.due == at("25 17:00") and not clocks.breached
	clocks = merged(history((RECEIVED, "23 10:00")), history((RECEIVED, "24 10:00")), "24 11:00", "24 11:00")
	assert clocks.respond.due == at("25 17:00") and clocks.history == ()


def test_it_does_not_get_later_by_the_terms_of_the_other():
	own, other = history((RECEIVED, "24 10:00")), history((RECEIVED, "24 09:00"))
	clocks = merged(own, other, "24 11:00", "24 11:00", terms=LONGER)
	assert clocks.respond.due == at("26 17:00")


def test_what_either_missed_is_missed_once_for_each():
	own, other = history((RECEIVED, "23 10:00")), history((RECEIVED, "24 09:00"))
	assert merged(own, other, "27 10:00", "27 10:00").missed == 4


@pytest.mark.parametrize(("moment", "missed"), [("26 10:00", 2), ("30 18:00", 4)])
@pytest.mark.parametrize(("terms", "others_terms"), [(TERMS, LONGER), (LONGER, TERMS)])
def test_two_that_started_in_the_same_second_keep_the_deadline_of_each(terms, others_terms, moment, missed):
	own = other = history((RECEIVED, "23 10:00"))
	came = histories.joining(replay(other, others_terms, OFFICE, at(moment)), "CI-2")
	events = [*own, Event(MERGED, at(moment), carried=came)]
	first = replay(events, terms, OFFICE, at(moment))
	assert (first.missed, first.respond.due) == (missed, at("25 17:00"))
	stored = first.judgements
	assert len({each.key for each in stored}) == len(stored) == missed
	again = replay([*events, Event("Breached", at(moment), judged=stored)], terms, OFFICE, at(moment))
	assert (again.missed, again.current, again.history) == (missed, first.current, first.history)


def test_a_pause_after_merging_does_not_turn_what_was_missed_into_what_was_never_owed():
	"""The due date of the clock that stayed is later than that of the other one, by the time it is judged."""
	other = history((RECEIVED, "24 11:00"))
	came = histories.joining(replay(other, TERMS, OFFICE, at("24 12:00")), "CI-2")
	events = [
		*history((RECEIVED, "23 10:00")),
		Event(MERGED, at("24 12:00"), carried=came),
		*history((PAUSED, "24 13:00"), (RESUMED, "27 10:00"), (ANSWERED, "30 16:00")),
	]
	first = replay(events, TERMS, OFFICE, at("30 16:00"))
	assert (first.respond.due, first.missed) == (at("30 14:00"), 2)
	events[-1] = replace(events[-1], judged=first.judgements)
	again = replay(events, TERMS, OFFICE, at("30 17:00"))
	assert (again.respond.due, again.missed) == (first.respond.due, 2)


def test_what_was_met_stays_met_and_what_is_owed_is_owed():
	own = history((RECEIVED, "23 10:00"), (ANSWERED, "23 11:00"))
	clocks = merged(own, history((RECEIVED, "23 12:00")), "24 10:00", "24 10:00")
	assert (clocks.status, clocks.respond.status, clocks.respond.due) == ("Open", "Running", at("25 17:00"))
	assert [clock.status for clock in clocks.history] == ["Met", "Met"]


def test_a_closed_one_is_opened_only_by_what_the_other_owes():
	closed = history((RECEIVED, "23 10:00"), (ANSWERED, "23 11:00"), (CLOSED, "23 12:00"))
	assert merged(closed, closed).status == "Closed"
	assert merged(closed, history((RECEIVED, "25 12:00"))).status == "Open"
	assert merged(history((RECEIVED, "25 12:00")), closed).respond.due == at("27 17:00")


def test_both_wait_or_neither():
	waits, runs = history((RECEIVED, "23 10:00"), (PAUSED, "23 11:00")), history((RECEIVED, "23 12:00"))
	assert merged(waits, waits, "24 10:00", "24 10:00").clock_state == "Paused"
	assert merged(waits, runs, "24 10:00", "24 10:00").clock_state == "Running"
	assert merged(runs, waits, "24 10:00", "24 10:00").clock_state == "Running"


def test_an_answer_that_came_with_the_other_is_the_answer_and_the_next_message_is_owed_one():
	answered = history((RECEIVED, "23 10:00"), (ANSWERED, "23 12:00"))
	clocks = merged([], answered, "24 10:00", "24 10:00")
	assert (clocks.status, clocks.answered_at, clocks.answer_seconds) == ("Answered", at("23 12:00"), 7200)
	closed = [*history((RECEIVED, "23 10:00")), *history((CLOSED, "23 12:00"))]
	for other in (answered, closed):
		came = histories.joining(replay(other, TERMS, OFFICE, at("24 10:00")), "CI-2")
		events = [Event(MERGED, at("24 10:00"), carried=came), *history((RECEIVED, "26 10:00"))]
		assert replay(events, TERMS, OFFICE, at("26 10:00")).respond.due == at("30 17:00")


def paused(*until):
	"""Received at 10 on Monday, and waiting since 11, until a moment if that is given."""
	return history((RECEIVED, "23 10:00"), (PAUSED, "23 11:00", *until))


@pytest.mark.parametrize(
	("own", "other", "ends"),
	[
		(paused("27 09:00"), paused(), "27 09:00"),
		(paused(), paused("27 09:00"), "27 09:00"),
		(paused("27 09:00"), paused("26 09:00"), "26 09:00"),
		(paused(), paused(), None),
		# The other one waited once, and owes nothing any more.
		(
			paused("27 09:00"),
			[*paused(), *history((RESUMED, "23 12:00"), (ANSWERED, "23 13:00"))],
			"27 09:00",
		),
		(paused(), [*paused("26 09:00"), *history((ANSWERED, "23 13:00"))], None),
		([*paused("26 09:00"), *history((ANSWERED, "23 13:00"))], paused("27 09:00"), "27 09:00"),
	],
)
def test_a_pause_ends_on_the_earliest_day_of_those_that_wait(own, other, ends):
	clocks = merged(own, other, "24 10:00", "24 10:00")
	assert (clocks.clock_state, clocks.paused_until) == ("Paused", ends and at(ends))


def test_a_promise_of_the_other_is_a_promise():
	other = history((RECEIVED, "23 10:00"), (PROMISED, "23 11:00", "27 12:00"))
	clocks = merged(history((RECEIVED, "23 10:00"), (ANSWERED, "23 11:00")), other)
	assert (clocks.promise.status, clocks.promise.due) == ("Running", at("27 12:00"))


def going(events, since, now, terms=TERMS):
	"""What is owed for the message of `since` alone; what was done besides is in `events`."""
	done = [event for event in events if event.kind != RECEIVED]
	alone = replay([Event(RECEIVED, at(since)), *done], terms, OFFICE, at(now))
	return histories.going(replay(events, terms, OFFICE, at(now)), alone, at(since))


def leaving(events, since, later=(), now="24 15:00"):
	before = replay(events, TERMS, OFFICE, at(now))
	others = [going(events, each, now) for each in later]
	gone = Event(SPLIT_OFF, at(now), carried=histories.leaving(before, at(since), others))
	return replay([*events, gone], TERMS, OFFICE, at(now))


def joined(own, carried, now):
	"""The clocks of `own` after a message to which this is owed was moved there."""
	return replay([*own, Event(MESSAGE_ADDED, at(now), carried=carried)], TERMS, OFFICE, at(now))


def test_without_the_message_that_asked_again_the_answer_counts_again():
	clocks = leaving(
		history((RECEIVED, "23 10:00"), (ANSWERED, "23 12:00"), (RECEIVED, "24 10:00")), "24 10:00"
	)
	assert (clocks.status, clocks.respond.status, clocks.answer_seconds) == ("Answered", "Met", 7200)


def test_without_the_first_message_the_next_one_counts_from_its_own_time():
	events = history((RECEIVED, "23 10:00"), (RECEIVED, "24 12:00"))
	clocks = leaving(events, "23 10:00", later=["24 12:00"])
	assert clocks.respond.due == at("26 17:00")


def test_without_a_message_that_started_nothing_nothing_changes():
	events = history((RECEIVED, "23 10:00"), (RECEIVED, "24 12:00"))
	assert leaving(events, "24 12:00").respond.due == at("25 17:00")


def test_what_it_missed_stays_missed():
	clocks = leaving(history((RECEIVED, "23 10:00")), "23 10:00", now="27 10:00")
	assert clocks.missed == 2 and clocks.clock_state == "Stopped"


def test_the_next_one_is_not_missed_twice_when_the_first_one_goes():
	events = history((RECEIVED, "23 10:00"), (RECEIVED, "24 12:00"))
	clocks = leaving(events, "23 10:00", later=["24 12:00"], now="27 10:00")
	assert (clocks.respond.status, clocks.respond.due, clocks.missed) == ("Breached", at("26 17:00"), 2)


def test_a_message_takes_what_is_owed_for_it_and_nothing_else():
	events = history((RECEIVED, "23 10:00"), (ACKNOWLEDGED, "23 11:00"), (RECEIVED, "24 12:00"))
	assert [(clock.name, clock.due) for clock in going(events, "24 12:00", "24 15:00").current] == [
		("respond", at("26 17:00"))
	]
	answered = history((RECEIVED, "23 10:00"), (ANSWERED, "23 12:00"), (RECEIVED, "24 12:00"))
	assert not going(answered, "23 10:00", "27 10:00").current, "it was answered"
	closed = history((RECEIVED, "23 10:00"), (CLOSED, "27 09:00"))
	assert not going(closed, "23 10:00", "27 10:00").current, "it was closed"


def test_a_promise_goes_with_the_message_for_which_it_was_made():
	events = history((RECEIVED, "23 10:00"), (PROMISED, "23 11:00", "27 12:00"))
	clocks = joined([], going(events, "23 10:00", "24 10:00"), "24 10:00")
	assert (clocks.promise.status, clocks.promise.due) == ("Running", at("27 12:00"))
	assert clocks.respond.status == "Not Required"


def test_what_was_missed_where_it_was_is_overdue_where_it_goes_and_not_missed_there():
	carried = going(history((RECEIVED, "23 10:00")), "23 10:00", "27 10:00")
	clocks = joined([], carried, "27 10:00")
	assert (clocks.respond.status, clocks.next_deadline) == ("Breached", at("24 17:00"))
	assert (clocks.missed, clocks.breached) == (0, False)
	policy = escalation.EscalationPolicy(steps=(escalation.Step("first"),))
	planned = escalation.plan(clocks, policy, OFFICE, (), at("27 10:01"))
	assert {action.kind for action in planned.actions} == {"Escalated"}
	answered = [Event(MESSAGE_ADDED, at("27 10:00"), carried=carried), Event(ANSWERED, at("27 11:00"))]
	clocks = replay(answered, TERMS, OFFICE, at("27 12:00"))
	assert (clocks.respond.status, clocks.missed) == ("Met Late", 0)


MOMENTS = st.integers(0, 200).map(
	lambda half_hours: at("23 08:00") + half_hours * (at("23 08:30") - at("23 08:00"))
)
KINDS = st.sampled_from([RECEIVED, ANSWERED, PAUSED, CLOSED])
COURSES = st.lists(st.builds(Event, KINDS, MOMENTS), max_size=6)


@given(COURSES, COURSES)
def test_nothing_missed_is_lost_and_nothing_owed_gets_later(own, other):
	now = at("30 10:00")
	before = [replay(each, TERMS, OFFICE, now) for each in (own, other)]
	carried = histories.joining(before[1], "CI-2")
	clocks = replay([*own, Event(MERGED, now, carried=carried)], TERMS, OFFICE, now)
	assert clocks.missed >= sum(each.missed for each in before)
	# While one waits for the client, its deadline is the one before the wait; compared is what it is when the wait ends.
	going_on = [replay([*each, Event(RESUMED, now)], TERMS, OFFICE, now) for each in (own, other)]
	owed = [
		clock.due for each in going_on if each.status != "Closed" for clock in each.current if clock.unmet
	]
	if owed and clocks.clock_state == "Running":
		assert clocks.next_deadline <= min(owed)


@given(COURSES, COURSES)
def test_who_is_owed_nothing_after_a_merger_is_owed_an_answer_to_the_next_message(own, other):
	now, later = at("30 10:00"), at("30 11:00")
	carried = histories.joining(replay(other, TERMS, OFFICE, now), "CI-2")
	events = [*own, Event(MERGED, now, carried=carried)]
	if replay(events, TERMS, OFFICE, now).clock_state == "Stopped":
		clocks = replay([*events, Event(RECEIVED, later)], TERMS, OFFICE, later)
		assert (clocks.respond.status, clocks.respond.started_at) == ("Running", later)


@given(COURSES, COURSES, COURSES, MOMENTS)
def test_what_was_judged_is_replayed_alike(own, other, later, merged_at):
	"""Judgements are stored, and apply from the beginning of the next replay. They name a clock by its start and its origin."""
	now = at("30 10:00")
	carried = histories.joining(replay(other, LONGER, OFFICE, merged_at), "CI-2")
	events = sorted([*own, Event(MERGED, merged_at, carried=carried), *later], key=lambda event: event.at)
	first = replay(events, TERMS, OFFICE, now)
	again = replay([*events, Event("Contacted", now, judged=first.judgements)], TERMS, OFFICE, now)
	assert (again.missed, again.current) == (first.missed, first.current)


@given(COURSES, COURSES, MOMENTS)
def test_moving_misses_nothing_and_loses_nothing_missed(own, other, since):
	now = at("30 10:00")
	here = [*own, Event(RECEIVED, since)]
	done = [event for event in own if event.kind != RECEIVED]
	before = replay(here, TERMS, OFFICE, now)
	carried = histories.going(before, replay([Event(RECEIVED, since), *done], TERMS, OFFICE, now), since)
	there = replay([*other, Event(MESSAGE_ADDED, now, carried=carried)], TERMS, OFFICE, now)
	assert there.missed == replay(other, TERMS, OFFICE, now).missed
	gone = Event(SPLIT_OFF, now, carried=histories.leaving(before, since, []))
	assert replay([*here, gone], TERMS, OFFICE, now).missed == before.missed


def test_an_event_without_clocks_changes_nothing():
	events = history((RECEIVED, "23 10:00"))
	before = replay(events, TERMS, OFFICE, at("23 11:00"))
	for carried in (None, Carried()):
		assert (
			replay([*events, Event(MERGED, at("23 11:00"), carried=carried)], TERMS, OFFICE, at("23 11:00"))
			== before
		)


def matter(name, **fields):
	return histories.Matter(
		**{"name": name, "company": "Nordlicht", "client": ("Customer", "Anna"), **fields}
	)


@pytest.mark.parametrize(
	("one", "other"),
	[
		({}, {"name": "CI-1"}),
		({}, {"company": "Another"}),
		({}, {"client": ("Customer", "Bert")}),
		({}, {"client": ("Lead", "Anna")}),
		({"erased": True}, {}),
		({}, {"erased": True}),
		({"is_feedback": True}, {}),
	],
	ids=str,
)
def test_what_cannot_become_one(one, other):
	assert histories.objection_to_merge(matter("CI-1", **one), matter(**{"name": "CI-2", **other}))


def test_what_can_become_one():
	assert histories.objection_to_merge(matter("CI-1"), matter("CI-2")) is None
	assert (
		histories.objection_to_merge(matter("CI-1", client=("", "")), matter("CI-2", is_feedback=True))
		is None
	)


@pytest.mark.clause("F-1", "F-3")
@pytest.mark.parametrize(
	("stays", "goes", "both"),
	[
		({"severity": "Low"}, {"severity": "High"}, {"severity": "High"}),
		({"severity": "Medium"}, {"severity": ""}, {"severity": "Medium"}),
		({"severity": None}, {}, {"severity": ""}),
		({"redress_amount": 0}, {"redress_amount": 50}, {"redress_amount": 50}),
		({"redress_amount": 80}, {"redress_amount": 50}, {"redress_amount": 80}),
		(
			{"upheld": "Yes", "remedy": ""},
			{"upheld": "No", "remedy": "Repair"},
			{"upheld": "Yes", "remedy": "Repair"},
		),
		({"vulnerable_client": 0}, {"vulnerable_client": 1}, {"vulnerable_client": 1, "logged_late": 0}),
		(
			{"rating": 0},
			{"rating": 4, "rated_on": "Monday", "rating_comment": "Quick"},
			{"rating": 4, "rated_on": "Monday", "rating_comment": "Quick"},
		),
		(
			{"rating": 2, "rated_on": "Friday", "rating_comment": None},
			{"rating": 4, "rated_on": "Monday", "rating_comment": "Quick"},
			{"rating": 2, "rated_on": "Friday", "rating_comment": None},
		),
		(
			{"complaint_words": "awful", "not_a_complaint": 1},
			{"complaint_words": "Awful, refund"},
			{"complaint_words": "awful, refund", "not_a_complaint": 0},
		),
		(
			{"complaint_words": None},
			{"complaint_words": "refund", "not_a_complaint": 1},
			{"complaint_words": "refund", "not_a_complaint": 1},
		),
		({}, {}, {"complaint_words": None, "not_a_complaint": 0, "rating": None}),
	],
	ids=str,
)
def test_what_both_said(stays, goes, both):
	said = histories.said_by_both(stays, goes)
	assert {field: said[field] for field in both} == both


def test_a_deadline_counts_while_it_is_owed_and_once_it_was_judged():
	asked = history((RECEIVED, "23 10:00"))
	answered = [*asked, *history((ANSWERED, "23 11:00"))]
	closed = [*asked, *history((CLOSED, "23 11:00"))]
	counted = [replay(each, TERMS, OFFICE, at("24 10:00")).counted for each in ([], asked, answered, closed)]
	assert counted == [False, True, True, False]
