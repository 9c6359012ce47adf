"""Who can see a review of a record (R-2, P-2)."""

import pytest

from client_comms.rules.access import Decision, Subject
from client_comms.rules.record_reviews import (
	BY_BEING_REVIEWED,
	BY_REVIEW_OVERSIGHT,
	BY_REVIEWING,
	NOT_COMPLETED,
	NOT_THEIR_REVIEW,
	STILL_SCORING,
	Review,
	decide,
)

pytestmark = pytest.mark.clause("R-2", "P-2")

READS, HIDDEN = Decision(True, "role", ()), Decision(False, "no-clearance", ())
OFFICER = frozenset({"Compliance Officer"})


def review(is_open=False, scoring=()):
	return Review("reviewer", "agent", is_open, scoring)


def subject(user, roles=frozenset()):
	return Subject(user, roles)


@pytest.mark.parametrize(
	("user", "roles", "of_record", "case", "rule"),
	[
		("agent", (), READS, review(), BY_BEING_REVIEWED),
		("agent", (), HIDDEN, review(), BY_BEING_REVIEWED),
		("agent", OFFICER, READS, review(is_open=True), NOT_COMPLETED),
		("reviewer", (), READS, review(is_open=True), BY_REVIEWING),
		("reviewer", (), HIDDEN, review(), "no-clearance"),
		("colleague", (), READS, review(), NOT_THEIR_REVIEW),
		("officer", OFFICER, READS, review(is_open=True), BY_REVIEW_OVERSIGHT),
		("officer", OFFICER, READS, review(scoring=("officer",)), STILL_SCORING),
		("officer", OFFICER, HIDDEN, review(), "no-clearance"),
	],
)
def test_the_rule_that_decides(user, roles, of_record, case, rule):
	decision = decide(subject(user, frozenset(roles)), case, of_record)
	assert decision.rule == rule
	assert decision.allowed == rule.startswith(("reviewe", "review-oversight"))
