"""Response clocks (clauses C-3 and C-4): rules worked by hand, and properties of any course of events."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from client_comms.rules.business_hours import CalendarError, Window
from client_comms.rules.possible_actions import TransitionError, check_transition
from client_comms.rules.response_clock import (
	ACKNOWLEDGED,
	ANSWERED,
	AUTO_ACKNOWLEDGED,
	BREACHED,
	CLOCK_EVENTS,
	CLOSED,
	MERGED,
	MESSAGE_ADDED,
	MESSAGE_MOVED,
	MET,
	MET_LATE,
	NOT_REQUIRED,
	NOT_SENT,
	PAUSED,
	PAUSED_CLOCK,
	PROMISE_NOT_SENT,
	PROMISED,
	RECEIVED,
	REOPENED,
	RESUMED,
	RUNNING,
	SPLIT_OFF,
	TAKEN_BACK,
	UNSENT,
	Clock,
	Event,
	Terms,
	replay,
)
from client_comms.rules.working_time import WORKING_HOURS, WorkingCalendar

pytestmark = pytest.mark.clause("C-3", "C-4")

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600
TERMS = Terms(acknowledge_days=1, respond_days=2)
OFFICE_HOURS = [
	Window(weekday, time(start), time(end)) for weekday in range(5) for start, end in ((9, 12), (13, 17))
]
OFFICE = WorkingCalendar("Europe/Berlin", OFFICE_HOURS, [date(2026, 12, 24), date(2026, 12, 25)])
BY_HOURS = WorkingCalendar("Europe/Berlin", OFFICE_HOURS, counting=WORKING_HOURS)


def at(text):
	"""A time in November 2026, "23 10:00": the 23rd is a Monday, and its clocks are due on 24 and 25 17:00."""
	return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN)


def stand(now, *events, terms=TERMS, calendar=OFFICE):
	"""The clocks at `now` after events such as `(PROMISED, "24 10:00", "27 12:00")`."""
	happened = [Event(kind, *map(at, times)) for kind, *times in events]
	return replay(happened, terms, calendar, at(now))


def statuses(clocks):
	return clocks.acknowledge.status, clocks.respond.status, clocks.promise.status


ASKED = (RECEIVED, "23 10:00")

# --- the course of one round -------------------------------------------------------------------------


@pytest.mark.parametrize(
	("now", "events", "expected", "status", "state", "breached"),
	[
		# Nothing done
		("23 10:00", [], (RUNNING, RUNNING, NOT_REQUIRED), "Open", "Running", False),
		("24 17:00", [], (RUNNING, RUNNING, NOT_REQUIRED), "Open", "Running", False),
		("24 17:01", [], (BREACHED, RUNNING, NOT_REQUIRED), "Open", "Running", True),
		("25 17:01", [], (BREACHED, BREACHED, NOT_REQUIRED), "Open", "Running", True),
		# Acknowledged on the dot, and late
		(
			"24 17:00",
			[(ACKNOWLEDGED, "24 17:00")],
			(MET, RUNNING, NOT_REQUIRED),
			"Acknowledged",
			"Running",
			False,
		),
		(
			"25 09:00",
			[(ACKNOWLEDGED, "24 17:01")],
			(MET_LATE, RUNNING, NOT_REQUIRED),
			"Acknowledged",
			"Running",
			True,
		),
		# An automatic reply acknowledges only where the terms say so, and answers nowhere
		(
			"23 10:01",
			[(AUTO_ACKNOWLEDGED, "23 10:01")],
			(RUNNING, RUNNING, NOT_REQUIRED),
			"Open",
			"Running",
			False,
		),
		# An answer meets everything
		("23 11:00", [(ANSWERED, "23 11:00")], (MET, MET, NOT_REQUIRED), "Answered", "Stopped", False),
		("25 12:00", [(ANSWERED, "25 12:00")], (MET_LATE, MET, NOT_REQUIRED), "Answered", "Stopped", True),
		(
			"26 12:00",
			[(ACKNOWLEDGED, "23 11:00"), (ANSWERED, "25 17:01")],
			(MET, MET_LATE, NOT_REQUIRED),
			"Answered",
			"Stopped",
			True,
		),
		# Told when to expect the answer
		(
			"24 10:00",
			[(PROMISED, "24 10:00", "27 12:00")],
			(MET, MET, RUNNING),
			"Acknowledged",
			"Running",
			False,
		),
		(
			"27 12:00",
			[(PROMISED, "24 10:00", "27 12:00"), (ANSWERED, "27 12:00")],
			(MET, MET, MET),
			"Answered",
			"Stopped",
			False,
		),
		(
			"27 12:01",
			[(PROMISED, "24 10:00", "27 12:00")],
			(MET, MET, BREACHED),
			"Acknowledged",
			"Running",
			True,
		),
		(
			"27 13:00",
			[(PROMISED, "24 10:00", "27 12:00"), (ANSWERED, "27 12:01")],
			(MET, MET, MET_LATE),
			"Answered",
			"Stopped",
			True,
		),
		(
			"26 10:00",
			[(PROMISED, "26 10:00", "27 12:00")],
			(MET_LATE, MET_LATE, RUNNING),
			"Acknowledged",
			"Running",
			True,
		),
		# A promise without a date promises nothing
		("24 10:00", [(PROMISED, "24 10:00")], (RUNNING, RUNNING, NOT_REQUIRED), "Open", "Running", False),
		# Further messages while an answer is owed
		("24 10:00", [(RECEIVED, "24 10:00")], (RUNNING, RUNNING, NOT_REQUIRED), "Open", "Running", False),
		# Waiting for the client
		(
			"30 10:00",
			[(PAUSED, "24 10:00")],
			(PAUSED_CLOCK, PAUSED_CLOCK, NOT_REQUIRED),
			"Waiting for Client",
			"Paused",
			False,
		),
		(
			"30 10:00",
			[(PAUSED, "25 10:00")],
			(BREACHED, PAUSED_CLOCK, NOT_REQUIRED),
			"Waiting for Client",
			"Paused",
			True,
		),
		(
			"30 10:00",
			[(PAUSED, "26 10:00")],
			(BREACHED, BREACHED, NOT_REQUIRED),
			"Waiting for Client",
			"Paused",
			True,
		),
		(
			"30 10:00",
			[(PAUSED, "24 10:00"), (ACKNOWLEDGED, "30 10:00")],
			(MET, PAUSED_CLOCK, NOT_REQUIRED),
			"Waiting for Client",
			"Paused",
			False,
		),
		(
			"30 10:00",
			[(PAUSED, "24 10:00"), (ANSWERED, "30 10:00")],
			(MET, MET, NOT_REQUIRED),
			"Answered",
			"Stopped",
			False,
		),
		(
			"30 11:00",
			[(PAUSED, "24 10:00"), (PROMISED, "30 10:00", "30 12:00")],
			(MET, MET, RUNNING),
			"Acknowledged",
			"Running",
			False,
		),
		# Closed with something owed
		(
			"30 10:00",
			[(CLOSED, "23 11:00")],
			(NOT_REQUIRED, NOT_REQUIRED, NOT_REQUIRED),
			"Closed",
			"Stopped",
			False,
		),
		(
			"30 10:00",
			[(CLOSED, "25 09:00")],
			(BREACHED, NOT_REQUIRED, NOT_REQUIRED),
			"Closed",
			"Stopped",
			True,
		),
		(
			"30 10:00",
			[(PAUSED, "23 11:00"), (CLOSED, "24 09:00")],
			(NOT_REQUIRED, NOT_REQUIRED, NOT_REQUIRED),
			"Closed",
			"Stopped",
			False,
		),
		# On a closed record nothing counts until it is reopened
		(
			"23 12:00",
			[(CLOSED, "23 11:00"), (ANSWERED, "23 12:00")],
			(NOT_REQUIRED, NOT_REQUIRED, NOT_REQUIRED),
			"Closed",
			"Stopped",
			False,
		),
		# Without anything to act on
		(
			"23 12:00",
			[(ANSWERED, "23 11:00"), (PROMISED, "23 12:00", "27 12:00")],
			(MET, MET, NOT_REQUIRED),
			"Answered",
			"Stopped",
			False,
		),
		(
			"23 12:00",
			[(ANSWERED, "23 11:00"), (PAUSED, "23 12:00")],
			(MET, MET, NOT_REQUIRED),
			"Answered",
			"Stopped",
			False,
		),
		("23 12:00", [(RESUMED, "23 11:00")], (RUNNING, RUNNING, NOT_REQUIRED), "Open", "Running", False),
		("23 12:00", [(REOPENED, "23 11:00")], (RUNNING, RUNNING, NOT_REQUIRED), "Open", "Running", False),
	],
)
def test_one_round(now, events, expected, status, state, breached):
	clocks = stand(now, ASKED, *events)
	assert statuses(clocks) == expected
	assert (clocks.status, clocks.clock_state, clocks.breached) == (status, state, breached)
	assert clocks.history == ()


def test_a_clock_tells_when_it_started_was_due_and_was_met():
	clocks = stand("26 10:00", ASKED, (ACKNOWLEDGED, "23 11:00"))
	assert clocks.acknowledge == Clock(
		"acknowledge", MET, started_at=at("23 10:00"), due=at("24 17:00"), met_at=at("23 11:00")
	)
	assert clocks.respond == Clock(
		"respond", BREACHED, started_at=at("23 10:00"), due=at("25 17:00"), late=True
	)
	assert clocks.respond.due.tzinfo == BERLIN


def test_what_arrives_in_the_weekend_counts_from_monday():
	clocks = stand("28 12:00", (RECEIVED, "27 18:30"))
	assert clocks.acknowledge.due == datetime(2026, 12, 1, 17, tzinfo=BERLIN)
	assert clocks.respond.due == datetime(2026, 12, 2, 17, tzinfo=BERLIN)


def test_the_acknowledgement_counts_once():
	clocks = stand("24 12:00", ASKED, (ACKNOWLEDGED, "23 11:00"), (ACKNOWLEDGED, "24 11:00"))
	assert clocks.acknowledge.met_at == at("23 11:00")


@pytest.mark.parametrize(
	("now", "events", "next_deadline", "next_moment"),
	[
		("23 10:00", [ASKED], "24 17:00", "24 17:00"),
		("24 17:00", [ASKED], "24 17:00", "24 17:00"),  # not yet broken: it must be looked at again
		("24 17:01", [ASKED], "24 17:00", "25 17:00"),  # one is broken, the other still runs
		("25 17:01", [ASKED], "24 17:00", None),
		("24 10:00", [ASKED, (ACKNOWLEDGED, "24 10:00")], "25 17:00", "25 17:00"),
		("24 10:00", [ASKED, (PROMISED, "24 10:00", "27 12:00")], "27 12:00", "27 12:00"),
		("24 10:00", [ASKED, (PAUSED, "24 10:00")], None, None),
		("25 10:00", [ASKED, (PAUSED, "25 10:00")], None, None),
		("24 10:00", [ASKED, (ANSWERED, "24 10:00")], None, None),
		("26 10:00", [ASKED, (CLOSED, "26 10:00")], None, None),
		("24 10:00", [], None, None),
	],
)
def test_the_next_deadline_and_the_next_moment_to_look(now, events, next_deadline, next_moment):
	clocks = stand(now, *events)
	assert clocks.next_deadline == (next_deadline and at(next_deadline))
	assert clocks.next_moment == (next_moment and at(next_moment))


# --- terms -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("terms", "expected"),
	[
		(Terms(1, 2), (RUNNING, RUNNING, NOT_REQUIRED)),
		(Terms(1, 0), (RUNNING, NOT_REQUIRED, NOT_REQUIRED)),
		(Terms(0, 2), (NOT_REQUIRED, RUNNING, NOT_REQUIRED)),
		(Terms(1, 2, expects_reply=False), (NOT_REQUIRED, NOT_REQUIRED, NOT_REQUIRED)),
		(Terms(), (NOT_REQUIRED, NOT_REQUIRED, NOT_REQUIRED)),
	],
)
def test_the_terms_say_which_clocks_run(terms, expected):
	assert statuses(stand("23 11:00", ASKED, terms=terms)) == expected


@pytest.mark.parametrize("events", [[ASKED], []], ids=["received", "never received"])
def test_where_no_reply_is_expected_the_record_is_open_until_answered_or_closed(events):
	terms = Terms(1, 2, expects_reply=not events)  # what was never received owes nothing under any terms
	course = [
		(ACKNOWLEDGED, "24 10:00", "Open"),
		(PAUSED, "25 10:00", "Open"),
		(ANSWERED, "26 10:00", "Answered"),
		(CLOSED, "27 10:00", "Closed"),
		(REOPENED, "28 10:00", "Open"),
	]
	for n, (_kind, now, status) in enumerate(course, 1):
		clocks = stand(now, *events, *((kind, then) for kind, then, _status in course[:n]), terms=terms)
		assert statuses(clocks) == (NOT_REQUIRED, NOT_REQUIRED, NOT_REQUIRED)
		assert (clocks.status, clocks.clock_state) == (status, "Stopped")


def test_a_client_who_replies_to_an_outbound_record_starts_its_clocks():
	clocks = stand("25 10:00", (ANSWERED, "23 10:00"), (CLOSED, "23 11:00"), (RECEIVED, "24 10:00"))
	assert statuses(clocks) == (RUNNING, RUNNING, NOT_REQUIRED)
	assert (clocks.status, clocks.acknowledge.due) == ("Open", at("25 17:00"))


def test_an_automatic_acknowledgement_counts_where_the_terms_say_so():
	terms = Terms(1, 2, auto_acknowledges=True)
	clocks = stand("23 10:01", ASKED, (AUTO_ACKNOWLEDGED, "23 10:01"), terms=terms)
	assert statuses(clocks) == (MET, RUNNING, NOT_REQUIRED)


def test_what_was_judged_is_judged_whatever_the_terms_say_now():
	judged = replay([Event(RECEIVED, at("23 10:00"))], TERMS, OFFICE, at("24 17:01")).judgements
	events = [Event(RECEIVED, at("23 10:00")), Event("Direction Changed", at("24 17:01"), judged=judged)]
	clocks = replay(events, Terms(expects_reply=False), OFFICE, at("30 10:00"))
	assert statuses(clocks) == (BREACHED, NOT_REQUIRED, NOT_REQUIRED)
	assert clocks.breached and clocks.acknowledge.due == at("24 17:00")


@pytest.mark.parametrize(
	"before",
	[
		[],
		[(ACKNOWLEDGED, "23 10:30")],
		[(PROMISED, "23 10:30", "27 12:00")],
		[(PAUSED, "23 10:30"), (RESUMED, "23 11:00")],
		[(ANSWERED, "23 10:20"), (RECEIVED, "23 10:40")],
	],
	ids=["asked", "acknowledged", "promised", "paused before", "answered before"],
)
@pytest.mark.parametrize("now", ["23 15:00", "30 10:00"], ids=["in time", "overdue"])
def test_an_answer_that_is_taken_back_leaves_what_was_owed_before_it(before, now):
	without = stand(now, ASKED, *before)
	assert stand(now, ASKED, *before, (ANSWERED, "23 11:00"), (TAKEN_BACK, "23 14:00")) == without
	assert (
		stand("23 13:00", ASKED, *before, (ANSWERED, "23 11:00"), (TAKEN_BACK, "23 14:00")).status
		== "Answered"
	)


def test_an_answer_that_is_taken_back_ended_the_pause():
	paused = [ASKED, (PAUSED, "23 10:30")]
	resumed = stand("23 15:00", *paused, (RESUMED, "23 11:00"))
	assert stand("23 15:00", *paused, (ANSWERED, "23 11:00"), (TAKEN_BACK, "23 14:00")) == resumed


def test_only_the_last_answer_is_taken_back():
	twice = [ASKED, (ANSWERED, "23 11:00"), (RECEIVED, "23 12:00"), (ANSWERED, "23 13:00")]
	clocks = stand("23 15:00", *twice, (TAKEN_BACK, "23 14:00"))
	assert [each.status for each in clocks.history] == [MET] and clocks.respond.started_at == at("23 12:00")


@pytest.mark.parametrize("now", ["23 15:00", "30 10:00"], ids=["in time", "overdue"])
@pytest.mark.parametrize(
	("reply", "undone_by"),
	[
		((ACKNOWLEDGED, "23 11:00"), NOT_SENT),
		((PROMISED, "23 11:00", "27 12:00"), PROMISE_NOT_SENT),
		((ANSWERED, "23 11:00"), TAKEN_BACK),
	],
	ids=["acknowledgement", "promise", "answer"],
)
def test_a_reply_whose_message_did_not_leave_leaves_what_was_owed_before_it(now, reply, undone_by):
	assert stand(now, ASKED, reply, (undone_by, "23 14:00")) == stand(now, ASKED)


def test_a_promise_that_was_not_sent_was_not_broken_either():
	"""What counts is what the client was told: here, nothing but that the message had arrived."""
	promised = (PROMISED, "23 11:00", "23 12:00")
	unsent = (PROMISE_NOT_SENT, "23 14:00")
	assert stand("23 13:00", ASKED, promised, unsent).breached
	assert not stand("23 15:00", ASKED, promised, unsent).breached
	assert stand("26 10:00", ASKED, promised, unsent).breached  # the answer, which was due on the 25th


def test_a_promise_that_was_not_sent_ended_the_pause():
	paused = [ASKED, (PAUSED, "23 10:30")]
	promised = (PROMISED, "23 11:00", "27 12:00")
	resumed = stand("23 15:00", *paused, (RESUMED, "23 11:00"))
	assert stand("23 15:00", *paused, promised, (PROMISE_NOT_SENT, "23 14:00")) == resumed


@pytest.mark.parametrize(
	("failed", "due", "replaced"),
	[("first", "30 12:00", 0), ("second", "27 12:00", 0), (None, "30 12:00", 1)],
)
def test_of_two_promises_the_one_falls_away_whose_message_did_not_leave(failed, due, replaced):
	promises = [
		Event(PROMISED, at("23 11:00"), at("27 12:00"), about="first"),
		Event(PROMISED, at("23 12:00"), at("30 12:00"), about="second"),
	]
	gone = [Event(PROMISE_NOT_SENT, at("23 13:00"), about=failed)] if failed else []
	clocks = replay([Event(RECEIVED, at("23 10:00")), *promises, *gone], TERMS, OFFICE, at("23 14:00"))
	assert (clocks.promise.due, clocks.replaced_promises) == (at(due), replaced)


def test_an_acknowledgement_of_another_message_stays():
	events = [
		Event(RECEIVED, at("23 10:00")),
		Event(ACKNOWLEDGED, at("23 11:00"), about="first"),
		Event(NOT_SENT, at("23 12:00"), about="another"),
	]
	assert replay(events, TERMS, OFFICE, at("23 14:00")).acknowledge.status == MET


AUTOMATIC = Terms(1, 2, auto_acknowledges=True)
SENT, NOT_OUT = (AUTO_ACKNOWLEDGED, "23 10:01"), (NOT_SENT, "23 10:30")


@pytest.mark.parametrize(
	("now", "events", "expected"),
	[
		("23 11:00", [SENT, NOT_OUT], RUNNING),
		("24 17:01", [SENT, NOT_OUT], BREACHED),
		("23 11:00", [SENT, NOT_OUT, (ACKNOWLEDGED, "23 10:45")], MET),
		("25 10:00", [SENT, (ANSWERED, "25 09:00"), (NOT_SENT, "25 09:30")], MET_LATE),
		("23 11:00", [SENT, (AUTO_ACKNOWLEDGED, "23 10:02"), NOT_OUT], MET),  # another one went out
		("23 11:00", [SENT, NOT_OUT, (AUTO_ACKNOWLEDGED, "23 10:40")], MET),  # sent after all
		("23 11:00", [NOT_OUT], RUNNING),
		("23 11:00", [(ACKNOWLEDGED, "23 10:00"), SENT, NOT_OUT], MET),  # by staff
	],
)
def test_an_automatic_acknowledgement_that_did_not_go_out_acknowledged_nothing(now, events, expected):
	assert stand(now, ASKED, *events, terms=AUTOMATIC).acknowledge.status == expected


def test_waiting_counts_when_an_acknowledgement_did_not_go_out():
	clocks = stand("24 18:00", ASKED, SENT, (PAUSED, "23 10:10"), NOT_OUT, terms=AUTOMATIC)
	assert (clocks.acknowledge.status, clocks.clock_state) == (PAUSED_CLOCK, "Paused")


def test_terms_must_be_computable():
	with pytest.raises(CalendarError):
		stand("23 10:00", ASKED, terms=Terms(-1, 2))


# --- promises ----------------------------------------------------------------------------------------


def test_a_new_promise_before_the_due_moves_it():
	promises = [(PROMISED, "24 10:00", "27 12:00"), (PROMISED, "27 12:00", "30 12:00")]
	clocks = stand("30 12:00", ASKED, *promises)
	assert clocks.promise == Clock("promise", RUNNING, started_at=at("27 12:00"), due=at("30 12:00"))
	assert clocks.history == ()
	assert not clocks.breached
	assert clocks.replaced_promises == 1


def test_a_new_promise_after_the_due_leaves_the_broken_one_in_history():
	promises = [(PROMISED, "24 10:00", "27 12:00"), (PROMISED, "27 12:01", "30 12:00")]
	clocks = stand("30 12:00", ASKED, *promises, (ANSWERED, "30 12:00"))
	assert clocks.promise == Clock(
		"promise", MET, started_at=at("27 12:01"), due=at("30 12:00"), met_at=at("30 12:00")
	)
	assert clocks.history == (
		Clock("promise", BREACHED, started_at=at("24 10:00"), due=at("27 12:00"), late=True),
	)
	assert clocks.breached
	assert clocks.replaced_promises == 0, "a broken one counts as missed"


def test_an_open_promise_tells_the_client_that_the_message_has_arrived():
	clocks = stand("24 10:00", ASKED, (PROMISED, "24 10:00", "27 12:00"), terms=Terms(0, 2))
	assert (clocks.acknowledge.status, clocks.status) == (NOT_REQUIRED, "Acknowledged")


# --- rounds ------------------------------------------------------------------------------------------


def test_a_client_who_writes_again_after_the_answer_starts_a_new_round():
	course = [ASKED, (ACKNOWLEDGED, "23 11:00"), (PROMISED, "23 12:00", "24 12:00"), (ANSWERED, "24 11:00")]
	clocks = stand("26 10:00", *course, (RECEIVED, "26 10:00"))
	assert statuses(clocks) == (MET, RUNNING, NOT_REQUIRED)
	assert clocks.acknowledge.met_at == at("23 11:00")
	assert clocks.respond == Clock("respond", RUNNING, started_at=at("26 10:00"), due=at("30 17:00"))
	assert [(clock.name, clock.status) for clock in clocks.history] == [("respond", MET), ("promise", MET)]
	assert (clocks.status, clocks.clock_state, clocks.breached) == ("Acknowledged", "Running", False)


def test_a_message_while_the_promise_is_open_starts_no_round():
	promised = [ASKED, (PROMISED, "24 10:00", "27 12:00")]
	assert stand("25 10:00", *promised, (RECEIVED, "25 10:00")) == stand("25 10:00", *promised)


def test_a_breach_of_an_earlier_round_stays_on_the_record():
	clocks = stand("27 10:00", ASKED, (ANSWERED, "26 10:00"), (RECEIVED, "27 10:00"))
	assert clocks.respond.status == RUNNING
	assert [(clock.status, clock.late) for clock in clocks.history] == [(MET_LATE, True)]
	assert clocks.breached


@pytest.mark.parametrize("kind", [REOPENED, RECEIVED])
def test_a_closed_record_that_is_opened_again_starts_a_new_round(kind):
	clocks = stand("26 10:00", ASKED, (ANSWERED, "23 11:00"), (CLOSED, "23 12:00"), (kind, "26 10:00"))
	assert statuses(clocks) == (MET, RUNNING, NOT_REQUIRED)
	assert (clocks.status, clocks.respond.due) == ("Acknowledged", at("30 17:00"))


@pytest.mark.parametrize("kind", [REOPENED, RECEIVED])
def test_opening_again_does_not_restart_the_acknowledgement(kind):
	clocks = stand("26 10:00", ASKED, (CLOSED, "23 11:00"), (kind, "26 10:00"))
	assert statuses(clocks) == (NOT_REQUIRED, RUNNING, NOT_REQUIRED)
	assert clocks.status == "Open"
	assert clocks.history == ()


def test_a_clock_that_was_broken_when_the_record_was_closed_goes_to_history():
	clocks = stand("27 10:00", ASKED, (CLOSED, "26 10:00"), (REOPENED, "27 10:00"))
	assert [(clock.name, clock.status) for clock in clocks.history] == [("respond", BREACHED)]
	assert clocks.breached


# --- pauses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [RESUMED, RECEIVED])
def test_a_pause_keeps_the_remaining_working_time(kind):
	# Received on Monday at 10:00 with two working days: due on Wednesday at 10:00.
	course = [ASKED, (ACKNOWLEDGED, "23 11:00"), (PAUSED, "24 11:00")]
	paused = stand("26 10:00", *course, calendar=BY_HOURS)
	assert (paused.respond.status, paused.respond.remaining_seconds) == (PAUSED_CLOCK, 6 * HOUR)
	assert paused.respond.due == at("25 10:00")

	resumed = stand("26 16:00", *course, (kind, "26 16:00"), calendar=BY_HOURS)
	assert resumed.respond == Clock("respond", RUNNING, started_at=at("23 10:00"), due=at("27 15:00"))
	assert not resumed.breached

	assert stand("27 15:00", *course, (kind, "26 16:00"), calendar=BY_HOURS).respond.status == RUNNING
	assert stand("27 15:01", *course, (kind, "26 16:00"), calendar=BY_HOURS).respond.status == BREACHED


def test_a_clock_may_be_paused_again():
	pauses = [(PAUSED, "24 11:00"), (RESUMED, "26 16:00"), (PAUSED, "27 10:00"), (RESUMED, "30 09:00")]
	clocks = stand("30 09:00", ASKED, *pauses, calendar=BY_HOURS)
	assert clocks.respond.due == at("30 14:00")  # six hours, less two of them, from Monday's opening


def test_pausing_twice_pauses_once():
	once = stand("30 10:00", ASKED, (PAUSED, "24 10:00"))
	assert stand("30 10:00", ASKED, (PAUSED, "24 10:00"), (PAUSED, "26 10:00")) == once


def test_a_pause_does_not_mend_a_broken_clock():
	clocks = stand("26 10:00", ASKED, (PAUSED, "25 10:00"), (RESUMED, "26 10:00"))
	assert (clocks.acknowledge.status, clocks.acknowledge.due) == (BREACHED, at("24 17:00"))
	assert (clocks.respond.status, clocks.respond.due) == (RUNNING, at("26 17:00"))


def test_what_is_answered_during_a_pause_was_in_time():
	clocks = stand("30 10:00", ASKED, (PAUSED, "24 16:00"), (ANSWERED, "30 10:00"))
	assert clocks.acknowledge.status == clocks.respond.status == MET
	assert clocks.acknowledge.due == at("30 11:00")  # the hour that it had left
	assert clocks.respond.remaining_seconds is None


def test_a_pause_ends_when_nothing_is_owed_any_more():
	clocks = stand("30 10:00", ASKED, (PAUSED, "24 10:00"), (ACKNOWLEDGED, "30 10:00"), terms=Terms(1, 0))
	assert (clocks.status, clocks.clock_state) == ("Acknowledged", "Stopped")


def test_a_pause_never_makes_a_promise_due_earlier():
	# Promised for a Saturday, when no working time passes.
	promised = [ASKED, (PROMISED, "24 10:00", "28 12:00")]
	assert stand("27 10:00", *promised, (PAUSED, "27 10:00"), (RESUMED, "27 10:00")) == stand(
		"27 10:00", *promised
	)


# --- events in general -------------------------------------------------------------------------------


def test_other_kinds_of_events_and_the_future_are_ignored():
	asked = stand("23 12:00", ASKED)
	assert stand("23 12:00", ("Logged", "23 10:00"), ASKED, ("Breached", "23 11:00")) == asked
	assert stand("23 12:00", ASKED, (ANSWERED, "23 12:01")) == asked


def test_events_of_one_moment_count_in_the_order_given():
	answered_first = stand("23 12:00", ASKED, (ANSWERED, "23 11:00"), (RECEIVED, "23 11:00"))
	assert answered_first.respond.status == RUNNING
	received_first = stand("23 12:00", ASKED, (RECEIVED, "23 11:00"), (ANSWERED, "23 11:00"))
	assert received_first.respond.status == MET


def test_moments_are_compared_not_their_readings_on_the_wall():
	# 02:30 comes twice on 2026-10-25; the answer of the second is late for a promise of the first.
	first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
	second = first.replace(minute=10, fold=1)
	events = [
		Event(RECEIVED, datetime(2026, 10, 23, 10, tzinfo=BERLIN)),
		Event(PROMISED, datetime(2026, 10, 23, 11, tzinfo=BERLIN), first),
		Event(ANSWERED, second),
	]
	assert replay(events, TERMS, OFFICE, second).promise.status == MET_LATE


def test_times_need_a_zone():
	naive = datetime(2026, 11, 23, 10)
	with pytest.raises(CalendarError):
		replay([Event(RECEIVED, naive)], TERMS, OFFICE, at("23 12:00"))
	with pytest.raises(CalendarError):
		replay([Event(RECEIVED, at("23 10:00"))], TERMS, OFFICE, naive)
	promised = [Event(RECEIVED, at("23 10:00")), Event(PROMISED, at("23 10:00"), naive)]
	with pytest.raises(CalendarError):
		replay(promised, TERMS, OFFICE, at("23 12:00"))


# --- what may be done --------------------------------------------------------------------------------

ACKNOWLEDGED_FIRST = (ASKED, (ACKNOWLEDGED, "23 11:00"))
ANSWERED_FIRST = (ASKED, (ANSWERED, "23 11:00"))
PROMISED_FIRST = (ASKED, (PROMISED, "23 11:00", "26 12:00"))
PAUSED_FIRST = (ASKED, (PAUSED, "23 11:00"))
CLOSED_FIRST = (*ANSWERED_FIRST, (CLOSED, "23 12:00"))
NOT_ASKED = ((ANSWERED, "23 11:00"),)


@pytest.mark.parametrize(
	("events", "kind", "complaint"),
	[
		(ACKNOWLEDGED_FIRST, ACKNOWLEDGED, "acknowledged on 2026-11-23 11:00"),
		(PROMISED_FIRST, ACKNOWLEDGED, "acknowledged on 2026-11-23 11:00"),
		((), ACKNOWLEDGED, "No acknowledgement is required"),
		(ANSWERED_FIRST, PROMISED, "nothing to promise"),
		((), PROMISED, "nothing to promise"),
		(ANSWERED_FIRST, ANSWERED, "already been answered"),
		(NOT_ASKED, ANSWERED, "already been answered"),
		(PAUSED_FIRST, PAUSED, "already waiting for the client"),
		(ANSWERED_FIRST, PAUSED, "nothing to pause"),
		((), PAUSED, "nothing to pause"),
		((ASKED,), RESUMED, "nothing to resume"),
		(ANSWERED_FIRST, RESUMED, "nothing to resume"),
		((ASKED,), CLOSED, "still waiting for a reply"),
		(ACKNOWLEDGED_FIRST, CLOSED, "still waiting for a reply"),
		(PROMISED_FIRST, CLOSED, "still waiting for a reply"),
		(PAUSED_FIRST, CLOSED, "still waiting for a reply"),
		(CLOSED_FIRST, CLOSED, "already closed"),
		(CLOSED_FIRST, ACKNOWLEDGED, "Reopen it first"),
		(CLOSED_FIRST, PROMISED, "Reopen it first"),
		(CLOSED_FIRST, ANSWERED, "Reopen it first"),
		(CLOSED_FIRST, PAUSED, "Reopen it first"),
		(CLOSED_FIRST, RESUMED, "Reopen it first"),
		((ASKED,), REOPENED, "not closed"),
		(ANSWERED_FIRST, REOPENED, "not closed"),
		((ASKED,), TAKEN_BACK, "nothing to take back"),
		(PROMISED_FIRST, TAKEN_BACK, "nothing to take back"),
		(CLOSED_FIRST, TAKEN_BACK, "Reopen it first"),
	],
)
def test_refused(events, kind, complaint):
	clocks = stand("24 10:00", *events)
	with pytest.raises(TransitionError, match=complaint):
		check_transition(clocks, kind, at("24 10:00"), at("27 12:00"))


@pytest.mark.parametrize("now", ["24 10:00", "27 10:00"], ids=["in time", "overdue"])
@pytest.mark.parametrize(
	("events", "kind"),
	[
		((ASKED,), ACKNOWLEDGED),
		((ASKED,), PROMISED),
		((ASKED,), ANSWERED),
		((ASKED,), PAUSED),
		(PROMISED_FIRST, PROMISED),
		(PROMISED_FIRST, ANSWERED),
		(PROMISED_FIRST, PAUSED),
		(PAUSED_FIRST, ACKNOWLEDGED),
		(PAUSED_FIRST, PROMISED),
		(PAUSED_FIRST, ANSWERED),
		(PAUSED_FIRST, RESUMED),
		((), ANSWERED),
		((), CLOSED),
		(ANSWERED_FIRST, CLOSED),
		(CLOSED_FIRST, REOPENED),
		(ANSWERED_FIRST, TAKEN_BACK),
		# What merely happens is never refused
		(CLOSED_FIRST, RECEIVED),
		(CLOSED_FIRST, AUTO_ACKNOWLEDGED),
		(CLOSED_FIRST, "Bounced"),
	],
)
def test_allowed(events, kind, now):
	clocks = stand(now, *events)
	check_transition(clocks, kind, at(now), at("30 12:00"))
	if kind in CLOCK_EVENTS and kind not in (RECEIVED, AUTO_ACKNOWLEDGED, NOT_SENT):
		assert stand(now, *events, (kind, now, "30 12:00")) != clocks


@pytest.mark.clause("C-3")
def test_a_record_that_only_awaits_its_acknowledgement_is_acknowledged_before_it_is_closed():
	with pytest.raises(TransitionError, match="Acknowledge receipt first"):
		check_transition(stand("23 11:00", ASKED, terms=Terms(1, 0)), CLOSED, at("23 11:00"))
	acknowledged = stand("23 12:00", ASKED, (ACKNOWLEDGED, "23 11:00"), terms=Terms(1, 0))
	check_transition(acknowledged, CLOSED, at("23 12:00"))


@pytest.mark.parametrize(
	("until", "complaint"),
	[
		(None, "by which the client was promised"),
		("24 10:00", "after 2026-11-24 10:00"),
		("23 12:00", "after 2026-11-24 10:00"),
	],
)
def test_a_promise_needs_a_time_ahead(until, complaint):
	clocks = stand("24 10:00", ASKED)
	with pytest.raises(TransitionError, match=complaint):
		check_transition(clocks, PROMISED, at("24 10:00"), until and at(until))


# --- any course of events ----------------------------------------------------------------------------

START = datetime(2026, 10, 19, 6, tzinfo=timezone.utc)  # the clocks change in the week after
HALF_HOURS = st.integers(0, 48 * 14)


def moment(half_hours):
	return START + half_hours * timedelta(minutes=30)


@st.composite
def courses(draw):
	"""Events at different times, most of them after a message was received."""
	times = draw(st.lists(HALF_HOURS, max_size=10, unique=True))
	events = [
		Event(draw(st.sampled_from(CLOCK_EVENTS)), moment(t), moment(t + draw(st.integers(1, 200))))
		for t in times
	]
	return [Event(RECEIVED, START - timedelta(hours=1)), *events] if draw(st.integers(0, 5)) else events


TERMS_DRAWN = st.builds(
	Terms,
	st.sampled_from([0, 0.5, 1]),
	st.sampled_from([0, 1, 2.5]),
	st.sampled_from([True, True, False]),
	st.booleans(),
)
CALENDARS = st.sampled_from([OFFICE, BY_HOURS])
MOMENTS = HALF_HOURS.map(moment)


def every(clocks):
	return (clocks.acknowledge, clocks.respond, clocks.promise, *clocks.history)


@given(courses(), TERMS_DRAWN, CALENDARS, MOMENTS, st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_given_does_not_matter(events, terms, calendar, now, random):
	shuffled = random.sample(events, len(events)) if events else []
	assert replay(shuffled, terms, calendar, now) == replay(events, terms, calendar, now)


@given(courses(), TERMS_DRAWN, CALENDARS, MOMENTS)
def test_the_past_does_not_depend_on_the_future(events, terms, calendar, now):
	prefix = [event for event in events if event.at <= now]
	assert replay(prefix, terms, calendar, now) == replay(events, terms, calendar, now)


@given(courses(), TERMS_DRAWN, CALENDARS, MOMENTS, MOMENTS)
def test_a_breach_is_forgotten_only_with_a_reply_that_did_not_reach_the_client(
	events, terms, calendar, one, other
):
	before, after = sorted((one, other))
	undone = (NOT_SENT, PROMISE_NOT_SENT, TAKEN_BACK)
	assume(not any(event.kind in undone and before < event.at <= after for event in events))
	earlier, later = (replay(events, terms, calendar, now) for now in (before, after))
	assert later.breached >= earlier.breached
	assert sum(clock.late for clock in every(later)) >= sum(clock.late for clock in every(earlier))


@settings(max_examples=300)
@given(courses(), TERMS_DRAWN, CALENDARS, MOMENTS)
def test_clocks_are_consistent(events, terms, calendar, now):
	clocks = replay(events, terms, calendar, now)
	current = every(clocks)[:3]
	for clock in every(clocks):
		assert (clock.status == BREACHED) <= clock.late
		assert (clock.status == NOT_REQUIRED) == (clock.due is None)
		assert (clock.status in (MET, MET_LATE)) == (clock.met_at is not None)
		assert (clock.status == PAUSED_CLOCK) == (clock.remaining_seconds is not None)
		if clock.status == RUNNING:
			assert now <= clock.due and not clock.late
		if clock.status == BREACHED:
			assert now > clock.due
		if clock.met_at:
			assert (clock.status == MET) == (clock.met_at <= clock.due) == (not clock.late)

	unmet = [clock for clock in current if clock.unmet]
	running = [clock.due for clock in current if clock.status == RUNNING]
	assert clocks.next_moment == min(running, default=None)
	assert (clocks.clock_state == "Paused") == (clocks.status == "Waiting for Client")
	assert (clocks.clock_state == "Stopped") == (clocks.status == "Closed" or not unmet)
	if clocks.clock_state == "Running":
		assert clocks.next_deadline == min(clock.due for clock in unmet)
		assert not any(clock.status == PAUSED_CLOCK for clock in current)
	else:
		assert clocks.next_deadline is None and not running
	assert clocks.breached == any(clock.late for clock in every(clocks))


@given(courses(), TERMS_DRAWN, CALENDARS, MOMENTS)
def test_nothing_changes_before_the_next_moment(events, terms, calendar, now):
	past = [event for event in events if event.at <= now]
	clocks = replay(past, terms, calendar, now)
	# Not by the clock on the wall, which shows an hour twice when summer time ends.
	quiet_until = (clocks.next_moment or now + timedelta(days=400)).astimezone(timezone.utc)
	assert replay(past, terms, calendar, quiet_until) == clocks
	if clocks.next_moment:
		after = replay(past, terms, calendar, quiet_until + timedelta(microseconds=1))
		assert after.breached and after != clocks


@given(courses(), TERMS_DRAWN, CALENDARS, MOMENTS)
def test_a_pause_of_no_length_changes_nothing(events, terms, calendar, now):
	past = [event for event in events if event.at <= now]
	before = replay(past, terms, calendar, now)
	assume(before.clock_state != "Paused")
	assert replay([*past, Event(PAUSED, now), Event(RESUMED, now)], terms, calendar, now) == before


@given(courses(), TERMS_DRAWN, CALENDARS, MOMENTS, st.integers(0, 400))
def test_nothing_breaks_while_paused(events, terms, calendar, now, half_hours):
	past = [*(event for event in events if event.at <= now), Event(PAUSED, now)]
	before = replay(past, terms, calendar, now)
	if before.clock_state != "Paused":  # nothing was running that could be paused
		return
	assert replay(past, terms, calendar, now + half_hours * timedelta(minutes=30)) == before


@given(courses(), TERMS_DRAWN, CALENDARS, MOMENTS, st.sampled_from(CLOCK_EVENTS))
def test_what_is_allowed_has_an_effect(events, terms, calendar, now, kind):
	"""A step that passes the check changes the record, so no action is offered without an effect."""
	assume(
		kind
		not in (
			RECEIVED,
			AUTO_ACKNOWLEDGED,
			NOT_SENT,
			PROMISE_NOT_SENT,
			MERGED,
			MESSAGE_ADDED,
			MESSAGE_MOVED,
			SPLIT_OFF,
		)
	)
	past = [event for event in events if event.at <= now]
	# Of two answers, the former stays when the latter is taken back.
	assume(kind != TAKEN_BACK or [event.kind for event in past].count(ANSWERED) == 1)
	clocks = replay(past, terms, calendar, now)
	until = now + timedelta(days=500)
	try:
		check_transition(clocks, kind, now, until)
	except TransitionError:
		return
	assert replay([*past, Event(kind, now, until)], terms, calendar, now) != clocks


# --- what was judged stays ---------------------------------------------------------------------------

SHORTER = WorkingCalendar("Europe/Berlin", [Window(weekday, time(9), time(11)) for weekday in range(5)])
LONGER = WorkingCalendar("Europe/Berlin", OFFICE_HOURS, [date(2026, 11, day) for day in (24, 25, 26)])


def kept(clocks, at):
	"""The event that stores a record's judgements; it does not affect a clock."""
	return Event("Breached", at, judged=clocks.judgements)


def test_a_missed_deadline_stays_missed_when_the_day_becomes_a_holiday():
	events = [Event(RECEIVED, at("23 10:00"))]
	clocks = replay(events, TERMS, OFFICE, at("25 18:00"))
	assert statuses(clocks) == (BREACHED, BREACHED, NOT_REQUIRED)
	later = replay([*events, kept(clocks, at("25 18:00"))], TERMS, LONGER, at("26 09:00"))
	assert (later.acknowledge, later.respond) == (clocks.acknowledge, clocks.respond)
	assert replay(events, TERMS, LONGER, at("26 09:00")).respond.status == RUNNING  # nothing kept it


def test_an_answer_in_time_stays_in_time_when_hours_become_shorter():
	events = [Event(RECEIVED, at("23 10:00")), Event(ANSWERED, at("25 16:00"))]
	clocks = replay(events, TERMS, OFFICE, at("25 16:00"))
	later = replay([*events, kept(clocks, at("25 16:00"))], TERMS, SHORTER, at("30 09:00"))
	assert later.respond == clocks.respond and later.respond.status == MET
	assert replay(events, TERMS, SHORTER, at("30 09:00")).respond.status == MET_LATE


def test_a_round_that_is_still_running_follows():
	events = [Event(RECEIVED, at("23 10:00")), Event(ACKNOWLEDGED, at("23 11:00"))]
	clocks = replay(events, TERMS, OFFICE, at("23 11:00"))
	later = replay([*events, kept(clocks, at("23 11:00"))], TERMS, LONGER, at("23 12:00"))
	assert later.acknowledge == clocks.acknowledge
	assert later.respond.due == at("30 17:00")


@given(courses(), TERMS_DRAWN, CALENDARS, MOMENTS)
def test_keeping_what_was_judged_changes_nothing(events, terms, calendar, now):
	clocks = replay(events, terms, calendar, now)
	assert replay([*events, kept(clocks, now)], terms, calendar, now) == clocks


@given(courses(), TERMS_DRAWN, CALENDARS, st.sampled_from([SHORTER, LONGER]), MOMENTS, MOMENTS)
def test_what_was_judged_stays_judged_by_whatever_calendar(events, terms, calendar, other, one, two):
	"""A due date by which something was judged is found again, whatever happens and whatever calendar is used later."""
	earlier, later = sorted((one, two))
	clocks = replay(events, terms, calendar, earlier)
	again = replay([*events, kept(clocks, earlier)], terms, other, later)
	found = {clock.key: clock for clock in every(again)}
	for judgement in clocks.judgements:
		if clock := found.get(judgement.key):
			assert clock.due == judgement.due
			# What was taken back is owed again, by the same due date.
			assert clock.judged or any(event.kind in UNSENT.values() for event in events)
