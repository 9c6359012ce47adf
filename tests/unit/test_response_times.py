"""How long an acknowledgement and an answer took, in working time without waiting for the client (C-3, C-4)."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from client_comms.rules import response_clock as clocks
from client_comms.rules.business_hours import Window
from client_comms.rules.working_time import WorkingCalendar

pytestmark = pytest.mark.clause("C-3", "C-4")

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = WorkingCalendar("Europe/Berlin", [Window(day, time(9), time(17)) for day in range(5)])
HOUR = 3600


def at(text):
	"""A day of November 2026 and an hour; the 23rd is a Monday."""
	return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN)


def replay(*events, now="30 17:00"):
	return clocks.replay(
		[
			clocks.Event(kind, at(moment), *[at(until) for until in promised])
			for kind, moment, *promised in events
		],
		clocks.Terms(1, 2),
		CALENDAR,
		at(now),
	)


def test_from_receipt_to_acknowledgement_and_answer():
	found = replay(
		(clocks.RECEIVED, "23 10:00"), (clocks.ACKNOWLEDGED, "23 12:00"), (clocks.ANSWERED, "24 11:00")
	)
	assert found.acknowledge_seconds == 2 * HOUR
	assert found.answer_seconds == 9 * HOUR
	assert found.answered_at == at("24 11:00")


def test_nothing_is_measured_before_it_happened():
	found = replay((clocks.RECEIVED, "23 10:00"))
	assert (found.acknowledge_seconds, found.answered_at, found.answer_seconds) == (None, None, None)


def test_nights_and_weekends_do_not_count():
	found = replay((clocks.RECEIVED, "20 18:00"), (clocks.ANSWERED, "23 10:00"))
	assert found.acknowledge_seconds == found.answer_seconds == HOUR


def test_waiting_for_the_client_does_not_count():
	found = replay(
		(clocks.RECEIVED, "23 09:00"),
		(clocks.PAUSED, "23 11:00"),
		(clocks.RESUMED, "24 10:00"),
		(clocks.ANSWERED, "24 12:00"),
	)
	assert found.answer_seconds == 4 * HOUR


def test_an_answer_given_while_waiting_counts_up_to_the_pause():
	found = replay((clocks.RECEIVED, "23 09:00"), (clocks.PAUSED, "23 11:00"), (clocks.ANSWERED, "24 12:00"))
	assert found.acknowledge_seconds == found.answer_seconds == 2 * HOUR


def test_a_promise_acknowledges_but_is_not_an_answer():
	promised = ((clocks.RECEIVED, "23 09:00"), (clocks.PROMISED, "23 10:00", "26 17:00"))
	found = replay(*promised)
	assert found.acknowledge_seconds == HOUR
	assert found.answered_at is None
	assert replay(*promised, (clocks.ANSWERED, "25 10:00")).answer_seconds == 17 * HOUR


def test_each_round_is_measured_from_its_own_beginning():
	found = replay(
		(clocks.RECEIVED, "23 09:00"),
		(clocks.PAUSED, "23 10:00"),
		(clocks.ANSWERED, "23 12:00"),
		(clocks.RECEIVED, "24 09:00"),
		(clocks.ANSWERED, "24 10:00"),
		(clocks.ANSWERED, "24 15:00"),
	)
	assert found.answer_seconds == HOUR
	assert found.answered_at == at("24 10:00")
	assert found.acknowledge_seconds == HOUR


def test_a_new_round_is_unanswered():
	found = replay(
		(clocks.RECEIVED, "23 09:00"), (clocks.ANSWERED, "23 12:00"), (clocks.RECEIVED, "24 09:00")
	)
	assert (found.answered_at, found.answer_seconds) == (None, None)
