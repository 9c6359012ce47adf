"""In the hour that comes twice in autumn, a history keeps its order (C-3, C-4)."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from client_comms.rules import wall_time
from client_comms.rules.business_hours import Window
from client_comms.rules.response_clock import ANSWERED, MET, RECEIVED, Event, Terms, replay
from client_comms.rules.working_time import WorkingCalendar, as_utc

pytestmark = pytest.mark.clause("C-3", "C-4")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
	("stored", "moments"),
	[
		(["25 02:50", "25 02:20"], ["25 00:50", "25 01:20"]),  # 30 minutes later
		(["25 02:50", "25 02:50"], ["25 00:50", "25 00:50"]),
		(["25 02:20", "25 02:50"], ["25 00:20", "25 00:50"]),
		(["25 02:50", "25 02:20", "25 02:10"], ["25 00:50", "25 01:20", "25 00:10"]),
		(["25 02:50", "25 01:30", "25 02:20"], ["25 00:50", "24 23:30", "25 01:20"]),  # told afterwards
		(["25 09:00", "25 02:20"], ["25 08:00", "25 00:20"]),
		(["24 02:50", "24 02:20"], ["24 00:50", "24 00:20"]),  # which came once
	],
)
def test_what_was_written_later_did_not_happen_before(stored, moments):
	aware = [datetime.strptime(f"2026-10-{each}", "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN) for each in stored]
	found = [as_utc(each).strftime("%d %H:%M") for each in wall_time.in_order(aware)]
	assert found == moments


def test_an_answer_half_an_hour_after_the_question_is_one():
	calendar = WorkingCalendar("Europe/Berlin", [Window(0, time(9), time(17))])
	stored = ((2, 50), (2, 20), (2, 25))  # received, answered, now
	aware = [datetime(2026, 10, 25, *each, tzinfo=BERLIN) for each in stored]
	received, answered, now = wall_time.in_order(aware)
	events = [Event(RECEIVED, received), Event(ANSWERED, answered)]
	clocks = replay(events, Terms(acknowledge_days=1, respond_days=2), calendar, now)
	assert (clocks.status, clocks.respond.status, clocks.breached) == ("Answered", MET, False)
	alone = [Event(event.kind, at) for event, at in zip(events, aware, strict=False)]
	assert replay(alone, Terms(acknowledge_days=1, respond_days=2), calendar, now).status == "Open"
