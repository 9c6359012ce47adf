"""Clauses C-3, C-4: what a message from staff means for the clocks."""

from types import SimpleNamespace

import pytest

from client_comms.rules import replies
from client_comms.rules.response_clock import (
	ACKNOWLEDGED,
	ANSWERED,
	BREACHED,
	MET,
	PROMISED,
	RUNNING,
	STATE_PAUSED,
	STATE_RUNNING,
	STATE_STOPPED,
)


def clocks(acknowledge=RUNNING, state=STATE_RUNNING):
	return SimpleNamespace(clock_state=state, acknowledge=SimpleNamespace(status=acknowledge))


@pytest.mark.clause("C-3", "C-4")
@pytest.mark.parametrize(
	("kind", "reply_answers", "acknowledge", "expected"),
	[
		(None, True, RUNNING, ANSWERED),
		(None, True, MET, ANSWERED),
		(None, False, RUNNING, ACKNOWLEDGED),
		(None, False, BREACHED, ACKNOWLEDGED),
		(None, False, MET, None),
		(replies.ANSWER, False, RUNNING, ANSWERED),
		(replies.ANSWER, False, MET, ANSWERED),
		(replies.ACKNOWLEDGEMENT, True, RUNNING, ACKNOWLEDGED),
		(replies.ACKNOWLEDGEMENT, True, MET, None),
		(replies.PROMISE, True, RUNNING, PROMISED),
		(replies.PROMISE, False, MET, PROMISED),
		(replies.SUMMARY, True, RUNNING, ACKNOWLEDGED),
		(replies.SUMMARY, True, MET, None),
		("anything", True, RUNNING, ANSWERED),
		("anything", False, MET, None),
	],
)
def test_what_its_author_says_counts_before_the_settings(kind, reply_answers, acknowledge, expected):
	assert replies.event_of(clocks(acknowledge), kind, reply_answers) == expected
	assert replies.event_of(clocks(acknowledge, STATE_PAUSED), kind, reply_answers) == expected


@pytest.mark.clause("C-3", "C-4")
@pytest.mark.parametrize("kind", [None, *replies.KINDS])
def test_where_nothing_is_owed_nothing_changes(kind):
	assert replies.event_of(clocks(state=STATE_STOPPED), kind, True) is None
