"""Who owes which training, and how tests are judged (R-1, T-1)."""

from datetime import date, timedelta

import pytest

from client_comms.rules import training
from client_comms.rules.messages import RuleError
from client_comms.rules.training import Question, judge, state

pytestmark = pytest.mark.clause("R-1", "T-1")

DAY = date(2026, 11, 2)


def on(day, owed_since=DAY, valid_until=None, grace=14, refresh=30):
	return state(
		day, owed_since=owed_since, grace_days=grace, valid_until=valid_until, refresh_days=refresh
	).name


@pytest.mark.parametrize(
	("day", "expected"),
	[
		(DAY, training.ASSIGNED),
		(date(2026, 11, 16), training.ASSIGNED),
		(date(2026, 11, 17), training.OVERDUE),
	],
)
def test_a_first_training_has_days_of_grace(day, expected):
	assert on(day) == expected


@pytest.mark.parametrize(
	("day", "expected"),
	[
		(date(2027, 10, 2), training.CURRENT),
		(date(2027, 10, 3), training.DUE),
		(date(2027, 11, 2), training.DUE),
		(date(2027, 11, 3), training.LAPSED),
	],
)
def test_a_refresher_begins_before_the_old_one_lapses(day, expected):
	assert on(day, valid_until=date(2027, 11, 2)) == expected


def test_who_has_the_role_no_more_owes_nothing():
	assert on(DAY, owed_since=None) == training.NOT_OWED
	assert on(DAY, owed_since=None, valid_until=DAY - timedelta(days=1)) == training.NOT_OWED
	assert on(DAY, owed_since=None, valid_until=DAY) == training.CURRENT


def test_what_counts_opens_levels():
	opens = {
		name for name in vars(training).values() if isinstance(name, str) and training.State(name).counts
	}
	assert opens == {training.CURRENT, training.DUE}


QUESTIONS = (
	Question("identity", frozenset({2}), 3),
	Question("channels", frozenset({1, 3}), 4, multiple=True),
)


@pytest.mark.parametrize(
	("answers", "score", "wrong"),
	[
		({"identity": {2}, "channels": {1, 3}}, 100, ()),
		({"identity": {2}, "channels": {1}}, 50, ("channels",)),
		({"identity": {2}, "channels": {1, 3, 4}}, 50, ("channels",)),
		({}, 0, ("identity", "channels")),
	],
)
def test_a_question_counts_with_exactly_its_right_options(answers, score, wrong):
	result = judge(QUESTIONS, {key: frozenset(each) for key, each in answers.items()}, 80)
	assert (result.score, result.wrong, result.passed) == (score, wrong, score >= 80)


def test_an_attestation_passes():
	assert judge((), {}, 80).passed


@pytest.mark.parametrize(
	"wrong",
	[
		{"right": frozenset({1}), "options": 1},
		{"right": frozenset(), "options": 3},
		{"right": frozenset({4}), "options": 3},
		{"right": frozenset({1, 2}), "options": 3},
	],
)
def test_a_question_that_cannot_be_answered_is_refused(wrong):
	with pytest.raises(RuleError):
		Question("identity", **wrong)
